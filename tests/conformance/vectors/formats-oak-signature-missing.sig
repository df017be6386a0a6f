-----BEGIN PUBLIC KEY-----
M/LrJxk3tNmfrbFjQEmfhqjLGiPfi82HblKWMrXYTmw=
-----END PUBLIC KEY-----
-----BEGIN HASH-----
dpIA5mBSwaHUVRjlEL9WHjiTf6I3Qssc1hX+JGu9BDc=
-----END HASH-----
