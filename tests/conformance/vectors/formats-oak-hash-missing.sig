-----BEGIN PUBLIC KEY-----
M/LrJxk3tNmfrbFjQEmfhqjLGiPfi82HblKWMrXYTmw=
-----END PUBLIC KEY-----
-----BEGIN SIGNATURE-----
li5bYTzlKDLrSBpYuwgwBhH+GNSy4Xs1jG1W6a4U9mtIJJEJHP7orckxfRlu3vck
c21YWD1K/+rO+hfcAiuxAA==
-----END SIGNATURE-----
