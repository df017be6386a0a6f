// The code of docs/hosts.md, which the tests run in a browser.

import { Refused, verifyAndInstantiate } from "./wasmsign.js";

export async function add(key) {
  const imports = {};
  const { instance, verified } = await verifyAndInstantiate(fetch("plugin.wasm"), [key], imports);
  console.log("signed by", verified.signers[0].public_key);
  return instance.exports.add(40, 2);
}

export async function reason(key) {
  try {
    return await add(key);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    console.error(error.reason, error.message); // body-changed a trusted key has signed a different body: …
    return `${error.reason} ${error.message}`;
  }
}
