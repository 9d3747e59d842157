/**
 * The same file again and again: `lushao analyse` must write the same bytes every time.
 *
 *     npm run bench:determinism -- VIDEO -c CONFIG --camera ID [--runs 20]
 *
 * Prints the hash of each run's `events.ndjson` once, how often it came, and ends with 1 when there are two.
 */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { packagePath } from '../../gateway/kit/paths.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    config: { type: 'string', short: 'c' },
    camera: { type: 'string' },
    runs: { type: 'string', default: '20' },
  },
})
const out = packagePath('var', 'bench', 'determinism')
const seen = new Map<string, number>()
for (let run = 0; run < Number(values.runs); run++) {
  const { status, stderr } = spawnSync(
    process.execPath,
    [
      ...[packagePath('dist', 'gateway', 'cli', 'lushao.js'), 'analyse', ...positionals],
      ...['-c', values.config ?? 'gateway.yaml', '--start', '2026-01-05T10:00:00+08:00', '--out', out],
      ...(values.camera === undefined ? [] : ['--camera', values.camera]),
    ],
    { encoding: 'utf8' },
  )
  if (status !== 0) throw new Error(`analyse ended with ${status}: ${stderr}`)
  const events = readFileSync(`${out}/events.ndjson`)
  const hash = `${createHash('sha256').update(events).digest('hex').slice(0, 16)}, ${events.length} bytes`
  seen.set(hash, (seen.get(hash) ?? 0) + 1)
}
for (const [hash, times] of seen) process.stdout.write(`${times} × ${hash}\n`)
process.exitCode = seen.size === 1 ? 0 : 1
