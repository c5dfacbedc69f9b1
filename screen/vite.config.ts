import { defineConfig } from 'vitest/config';

// `npm run dev` serves the sources with live reload and passes the wire on to a hub, real or fake.
const hub = 'http://127.0.0.1:8123';

export default defineConfig({
  base: './',
  build: {
    target: 'es2022',
    chunkSizeWarningLimit: 250,
    // The worklet must stay a file of its own: an audio worklet cannot be loaded from a data: address everywhere.
    assetsInlineLimit: 0,
  },
  server: {
    proxy: {
      '/api': { target: hub },
      '/ws': { target: hub, ws: true },
    },
  },
  test: { include: ['test/**/*.test.ts'], environment: 'node' },
});
