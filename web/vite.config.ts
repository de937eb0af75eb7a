/*
 * The pages: the app, the gallery of its components, the chat frame and the
 * demo page.  The widget's loader is built apart (vite.widget.config.ts), as one
 * file with a name that never changes.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { defineConfig, transformWithEsbuild, type Plugin } from 'vite';

const here = import.meta.dirname ?? new URL('.', import.meta.url).pathname;

/*
 * A module script runs after the first paint may have happened; the theme must be known before.
 * So kit/theme-boot.js is a classic script, first in the head, under a hashed name.
 */
function themeBoot(): Plugin {
  const source = resolve(here, 'kit/theme-boot.js');
  let name = '/kit/theme-boot.js';
  return {
    name: 'theme-boot',
    async generateBundle() {
      const { code } = await transformWithEsbuild(readFileSync(source, 'utf8'), source, { minify: true });
      this.emitFile({ type: 'asset', fileName: name.slice(1), source: code });
      // asked for by its fixed name where no page says otherwise
      this.emitFile({ type: 'asset', fileName: 'favicon.svg', source: readFileSync(resolve(here, 'kit/icon.svg')) });
    },
    configResolved(config) {
      if (config.command !== 'build') return;
      const hash = createHash('sha256').update(readFileSync(source)).digest('base64url').slice(0, 8);
      name = `/assets/theme-${hash}.js`;
    },
    // the chat frame takes its theme from the page around it
    transformIndexHtml: (_html, { path }) => (path === '/chat.html' ? [] : [{ tag: 'script', attrs: { src: name }, injectTo: 'head-prepend' }]),
  };
}

export default defineConfig({
  appType: 'mpa',
  publicDir: false,
  esbuild: { jsx: 'automatic', jsxImportSource: 'preact', legalComments: 'none' },
  plugins: [themeBoot()],
  server: { proxy: { '/v1': { target: 'http://127.0.0.1:8080', ws: true }, '/media': 'http://127.0.0.1:8080' } },
  build: {
    target: 'es2022',
    // a data: address would be against the content security policy
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rollupOptions: {
      input: ['index', 'gallery', 'chat', 'demo', 'mail'].map((page) => resolve(here, `${page}.html`)),
      output: {
        // the chat frame draws with bare Preact: it must not pull in what only the app uses
        manualChunks: (id) => (/node_modules\/preact\/dist/.test(id) ? 'preact' : undefined),
      },
    },
  },
});
