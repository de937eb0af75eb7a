// Brings a module of the app into Node: bundled by esbuild (Vite's own), imported from memory.
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

export const web = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');

export async function load(file) {
  const { outputFiles } = await build({
    entryPoints: [path.join(web, file)],
    bundle: true,
    write: false,
    format: 'esm',
    target: 'node18',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    loader: { '.css': 'empty' },
  });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`);
}

// What the modules touch of a browser while they are loaded.
export function browser() {
  // a clock that ticks for ever must not keep a test alive
  const interval = globalThis.setInterval;
  globalThis.setInterval = (...args) => interval(...args).unref();
  globalThis.location ??= new URL('http://sambung.test/inbox');
  globalThis.document ??= { cookie: '', documentElement: { dataset: {}, lang: 'en' }, addEventListener() {}, visibilityState: 'visible' };
  globalThis.addEventListener ??= () => {};
  globalThis.history ??= { pushState() {}, replaceState() {} };
}
