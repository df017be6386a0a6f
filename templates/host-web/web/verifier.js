// One verification in an instance of `verifier.wasm`, or of `verifier-trust.wasm`, which knows trust files. Nothing but `wasmsign.js` calls this.
//
// The module that is verified lies in the instance's memory from its first byte on. Views of that memory end when it
// grows, so each is made where it is used.

/** The compiled verifiers, by their files, once they are there. */
const compiled = new Map();

async function compile(file) {
  const response = await fetch(new URL(file, import.meta.url));
  if (!response.ok) throw new Error(`${response.url}: ${response.status} ${response.statusText}`);
  return WebAssembly.compile(await response.arrayBuffer());
}

export class Verifier {
  #exports;

  /** A verifier without a module. Rejects where its file cannot be had; the next call tries again. */
  static async create(file = "verifier.wasm") {
    if (!compiled.has(file)) compiled.set(file, compile(file));
    try {
      return new Verifier(await WebAssembly.instantiate(await compiled.get(file)));
    } catch (error) {
      compiled.delete(file);
      throw error;
    }
  }

  constructor(instance) {
    this.#exports = instance.exports;
  }

  /** Makes room for so many bytes. */
  reserve(length) {
    if (!this.#exports.reserve(length)) throw new RangeError(`no memory for ${length} bytes`);
  }

  /** Takes the next bytes of the module. */
  extend(bytes) {
    const address = this.#exports.extend(bytes.length);
    if (!address) throw new RangeError(`no memory for ${bytes.length} more bytes`);
    this.#write(address, bytes);
  }

  /** Takes a detached signature, which counts from now on. */
  signature(bytes) {
    this.#write(this.#exports.signature(bytes.length), bytes);
  }

  /** What stands in the module, for a request as in `src/request.rs`, in JSON. */
  prepare(request) {
    const bytes = new TextEncoder().encode(request);
    this.#write(this.#exports.request(bytes.length), bytes);
    this.#exports.prepare();
    return this.#answer();
  }

  /** The verdict, by the SHA-256 of the body. */
  judge(digest) {
    this.#write(this.#exports.digest(), digest);
    this.#exports.judge();
    return this.#answer();
  }

  /** The verdict, by hashes that are computed here. */
  verify() {
    this.#exports.verify();
    return this.#answer();
  }

  /** Takes the signature section out of the module, for which nothing can be asked of it any more. Gives the offset at
   * which it begins now. */
  strip() {
    return this.#exports.strip() >>> 0;
  }

  /** The identity of the module, by a hash that is computed here; null where it has none. */
  identify() {
    this.#exports.identify();
    return this.#answer();
  }

  /** Bytes of the module, until memory grows. */
  bytes(start, end) {
    return this.#view(this.#exports.module() + start, end - start);
  }

  #answer() {
    const bytes = this.#view(this.#exports.answer(), this.#exports.answer_length());
    return JSON.parse(new TextDecoder().decode(bytes));
  }

  #write(address, bytes) {
    this.#view(address, bytes.length).set(bytes);
  }

  #view(address, length) {
    return new Uint8Array(this.#exports.memory.buffer, address >>> 0, length >>> 0);
  }
}
