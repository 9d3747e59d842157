import { defineConfig } from 'vitest/config'

/** `npm test` runs everything that needs no server of somebody else's; `npm run test:peers` runs test/peers. */
export default defineConfig({
  test: {
    include: process.env['LUSHAO_PEERS'] ? ['test/peers/**/*.test.ts'] : ['test/**/*.test.ts'],
    exclude: process.env['LUSHAO_PEERS'] ? [] : ['test/peers/**', 'node_modules/**'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})
