#!/usr/bin/env node
/**
 * Makes a fresh clone ready, then runs what was asked for. Plain Node: it runs before anything is installed.
 *
 *     Node ≥ 20.19 ─▶ npm packages ─▶ ffmpeg ≥ 5.1 ─▶ build ─▶ `npx lushao` ─▶ demo │ test │ test:peers
 *
 *     node devices/box/setup.mjs [--with PACKAGE,…] [--try PACKAGE,…] [--then demo|test|test:peers [ARGS…]]
 *
 * `--with espeak-ng` gives the gateway a voice; what is only tried may stay away, and that is said.
 *
 * Each step looks first and does nothing when nothing is to do. Output of the tools goes to var/setup.log; while
 * one works, its last line is shown every few seconds. Nothing is asked, so it runs without a terminal.
 */
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  chmodSync,
  closeSync,
  existsSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { constants } from 'node:os'
import { delimiter, dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '..', '..')
const LOG = join(ROOT, 'var', 'setup.log')
const NODE_MIN = [20, 19]
const FFMPEG_MIN = [5, 1]
/** What the tests against real servers talk to; their services are not started, the tests start their own. */
const PEER_PACKAGES = ['mosquitto', 'nats-server', 'influxdb', 'openssl']
/** Debian packages whose program has another name, or which bring a file instead of a program. */
const PROGRAMS = {
  influxdb: 'influxd',
  'poppler-utils': 'pdftoppm',
  'fonts-wqy-microhei': '/usr/share/fonts/truetype/wqy/wqy-microhei.ttc',
}
const SOURCES = ['gateway', 'devices', 'models', 'config', 'simulators']
const HEARTBEAT_MS = 4_000
/** Exit codes: what the operator has to do is printed before. */
const EXIT_FAILED = 1
const EXIT_WRONG_USAGE = 2
const EXIT_NEEDS_OPERATOR = 3

class SetupError extends Error {
  constructor(message, code = EXIT_FAILED) {
    super(message)
    this.code = code
  }
}

const path = (...parts) => join(ROOT, ...parts)
const say = (line) => process.stdout.write(`${line}\n`)

async function main(argv) {
  const { wanted, packages, tried, rest } = parseArguments(argv)
  checkNode()
  await installPackages()
  await installFfmpeg()
  for (const name of tried) await tryDebian(name)
  if (packages.length > 0) await installDebian(packages)
  if (wanted === 'test:peers') await installDebian(PEER_PACKAGES)
  await build()
  linkCommand()
  if (wanted === undefined) {
    say('Ready. Try: npm run demo')
    return 0
  }
  if (wanted === 'demo') return await hand(process.execPath, [path('dist', 'simulators', 'demo.js'), ...rest])
  return await test(wanted === 'test:peers', rest)
}

function parseArguments(argv) {
  const then = argv.indexOf('--then')
  const own = then < 0 ? argv : argv.slice(0, then)
  const [wanted, ...rest] = then < 0 ? [undefined] : argv.slice(then + 1)
  const [packages, tried] = [[], []]
  for (let at = 0; at < own.length; at++) {
    const list = { '--with': packages, '--try': tried }[own[at]]
    if (list === undefined || own[at + 1] === undefined) {
      throw new SetupError(
        `unknown argument ${own[at]}; see the head of devices/box/setup.mjs`,
        EXIT_WRONG_USAGE,
      )
    }
    list.push(...own[++at].split(','))
  }
  if (then >= 0 && !['demo', 'test', 'test:peers'].includes(wanted)) {
    throw new SetupError(`--then takes demo, test or test:peers, not ${wanted}`, EXIT_WRONG_USAGE)
  }
  return { wanted, packages, tried, rest }
}

// ── steps ───────────────────────────────────────────────────────────────────────────────────────

function checkNode() {
  if (atLeast(numbers(process.versions.node), NODE_MIN)) return
  throw new SetupError(
    `Node ${process.versions.node} is too old; this needs ${NODE_MIN.join('.')} or newer (nodejs.org).`,
    EXIT_NEEDS_OPERATOR,
  )
}

async function installPackages() {
  const lock = path('package-lock.json')
  const installed = path('node_modules', '.package-lock.json')
  const stamp = path('node_modules', '.lushao-lock')
  const digest = createHash('sha256').update(readFileSync(lock)).digest('hex')
  const fresh = existsSync(stamp)
    ? readFileSync(stamp, 'utf8') === digest
    : existsSync(installed) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs
  if (!existsSync(installed) || !fresh) {
    // npm itself, not its shell script: the same on every system, and the npm that called us.
    const npm = process.env.npm_execpath
    const [command, first] = npm?.endsWith('.js') ? [process.execPath, [npm]] : ['npm', []]
    await work('Installing npm packages', command, [
      ...first,
      'ci',
      '--include=dev',
      '--no-audit',
      '--no-fund',
    ])
  }
  writeFileSync(stamp, digest)
}

async function installFfmpeg() {
  const version = ffmpegVersion()
  if (version === undefined) {
    await installDebian(['ffmpeg'])
    return
  }
  // Builds from git carry no number; they are newer than any release we refuse.
  const parts = numbers(version.replace(/^n/, ''))
  if (parts.length === 0 || atLeast(parts, FFMPEG_MIN)) return
  throw new SetupError(
    `ffmpeg ${version} is too old; this needs ${FFMPEG_MIN.join('.')} or newer (Debian 12 has it).`,
    EXIT_NEEDS_OPERATOR,
  )
}

function ffmpegVersion() {
  const ran = spawnSync('ffmpeg', ['-version'], { encoding: 'utf8' })
  return ran.error === undefined ? (/version (\S+)/.exec(ran.stdout)?.[1] ?? '0') : undefined
}

/** Installs Debian packages that are missing, without starting the services that come with them. */
async function installDebian(packages) {
  const missing = packages.filter((name) => !onPath(PROGRAMS[name] ?? name))
  if (missing.length === 0) return
  const line = `apt-get install -y --no-install-recommends ${missing.join(' ')}`
  const root = process.getuid?.() === 0
  const may = onPath('apt-get') && (root || spawnSync('sudo', ['-n', 'true']).status === 0)
  if (!may) {
    const hint = onPath('brew') ? `brew install ${missing.join(' ')}` : `sudo ${line}`
    throw new SetupError(
      `${missing.join(', ')} is missing. Install it and run this again:\n\n    ${hint}\n`,
      EXIT_NEEDS_OPERATOR,
    )
  }
  const script = [
    'set -e; export DEBIAN_FRONTEND=noninteractive; policy=/usr/sbin/policy-rc.d',
    // Debian's way to say "start no service": a policy that answers 101, for as long as this takes.
    `if [ ! -e "$policy" ]; then printf '#!/bin/sh\\nexit 101\\n' > "$policy"; chmod 755 "$policy"; trap 'rm -f "$policy"' EXIT; fi`,
    'options="-o DPkg::Lock::Timeout=300 -o Acquire::Retries=3"',
    'apt-get $options update',
    `apt-get $options install -y --no-install-recommends ${missing.join(' ')}`,
  ].join('\n')
  const [command, first] = root ? ['sh', []] : ['sudo', ['-n', 'sh']]
  await work(`Installing ${missing.join(', ')} from Debian`, command, [...first, '-c', script])
}

/** What makes things better and is not needed. */
async function tryDebian(name) {
  try {
    await installDebian([name])
  } catch (error) {
    if (!(error instanceof SetupError)) throw error
    say(`${name} is not there; going on without it.`)
  }
}

async function build() {
  const stamp = path('dist', '.built')
  const builtMs = existsSync(stamp) ? statSync(stamp).mtimeMs : 0
  const changedMs = Math.max(
    ...SOURCES.map((folder) => newestMs(path(folder))),
    ...['tsconfig.json', 'tsconfig.build.json', 'package-lock.json'].map(
      (file) => statSync(path(file)).mtimeMs,
    ),
  )
  if (builtMs >= changedMs) return
  const startedAt = new Date()
  await work('Compiling', process.execPath, [
    path('node_modules', 'typescript', 'bin', 'tsc'),
    '-p',
    'tsconfig.build.json',
  ])
  if (existsSync(path('gateway', 'console', 'index.html'))) {
    const vite = path('node_modules', 'vite', 'bin', 'vite.js')
    await work('Building the console', process.execPath, [vite, 'build', path('gateway', 'console')])
    const verifier = path('gateway', 'console', 'verifier')
    await work('Building the page that checks evidence', process.execPath, [vite, 'build', verifier])
  }
  writeFileSync(stamp, '')
  utimesSync(stamp, startedAt, startedAt) // What changed while it compiled is newer.
}

/** `npx lushao` finds commands in node_modules/.bin. */
function linkCommand() {
  const target = path('dist', 'gateway', 'cli', 'lushao.js')
  if (!existsSync(target)) return
  chmodSync(target, 0o755)
  const link = path('node_modules', '.bin', 'lushao')
  mkdirSync(dirname(link), { recursive: true })
  if (lstatSync(link, { throwIfNoEntry: false }) !== undefined) rmSync(link)
  symlinkSync(join('..', '..', 'dist', 'gateway', 'cli', 'lushao.js'), link)
}

/** Runs the tests; the last line says `N passed, N failed` for whoever counts. */
async function test(peers, args) {
  const report = path('var', peers ? 'test-peers.json' : 'test.json')
  rmSync(report, { force: true })
  const vitest = [path('node_modules', 'vitest', 'vitest.mjs'), 'run', ...args]
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
  const env = peers ? { ...process.env, LUSHAO_PEERS: '1' } : process.env
  const code = await hand(process.execPath, [...vitest, ...reporters], env)
  const { passed, failed, skipped } = countTests(report, code)
  if (skipped > 0) say(`${skipped} skipped`)
  say(`${passed} passed, ${failed} failed`)
  return failed === 0 ? 0 : EXIT_FAILED
}

function countTests(report, code) {
  if (!existsSync(report)) return { passed: 0, failed: 1, skipped: 0 }
  const { testResults, numPassedTests, numFailedTests, numTotalTests } = JSON.parse(
    readFileSync(report, 'utf8'),
  )
  // A file that could not be loaded has no tests to fail; it counts as one.
  const broken = testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some(failedTest),
  ).length
  const failed = numFailedTests + broken
  const unexplained = code !== 0 && failed === 0 ? 1 : 0 // An error outside of any test.
  return {
    passed: numPassedTests,
    failed: failed + unexplained,
    skipped: numTotalTests - numPassedTests - numFailedTests,
  }
}

const failedTest = ({ status }) => status === 'failed'

// ── running things ──────────────────────────────────────────────────────────────────────────────

/** Runs a tool with its output in the log, and shows that it is alive. */
async function work(title, command, args) {
  mkdirSync(dirname(LOG), { recursive: true })
  const log = openSync(LOG, 'a')
  const startedMs = Date.now()
  say(`${title} …`)
  const heartbeat = setInterval(() => say(`  ${seconds(startedMs)}  ${lastLine(LOG)}`), HEARTBEAT_MS)
  try {
    const child = spawn(command, args, { cwd: ROOT, stdio: ['ignore', log, log] })
    const code = await ended(child)
    if (code === 0) return say(`  done in ${seconds(startedMs)}`)
    const tail = readFileSync(LOG, 'utf8').trimEnd().split('\n').slice(-15).join('\n')
    throw new SetupError(`${title} failed (${command}, exit ${code}). The end of ${LOG}:\n\n${tail}\n`)
  } finally {
    clearInterval(heartbeat)
    closeSync(log)
  }
}

/** Hands the terminal over; Ctrl-C and a stop reach the child, and we leave when it has left. */
async function hand(command, args, env = process.env) {
  const child = spawn(command, args, { cwd: ROOT, stdio: 'inherit', env })
  const stop = (signal) => void child.kill(signal)
  // In a terminal Ctrl-C goes to the whole group: the child has it already.
  process.on('SIGINT', () => (process.stdin.isTTY ? undefined : stop('SIGINT')))
  process.on('SIGTERM', stop)
  return await ended(child)
}

function ended(child) {
  return new Promise((resolve, reject) => {
    child.once('error', (error) =>
      reject(new SetupError(`${child.spawnfile} did not start: ${error.message}`)),
    )
    child.once('close', (code, signal) => resolve(code ?? 128 + constants.signals[signal]))
  })
}

// ── small things ────────────────────────────────────────────────────────────────────────────────

function onPath(program) {
  if (program.startsWith('/')) return existsSync(program)
  const folders = (process.env.PATH ?? '').split(delimiter)
  return [...folders, '/usr/sbin', '/sbin'].some(
    (folder) => folder !== '' && existsSync(join(folder, program)),
  )
}

function newestMs(folder) {
  let newest = 0
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile() || !/\.(ts|tsx|css|html|json)$/.test(entry.name)) continue
    newest = Math.max(newest, statSync(join(entry.parentPath ?? entry.path, entry.name)).mtimeMs)
  }
  return newest
}

const numbers = (version) => (/^\d+(\.\d+)*/.exec(version)?.[0] ?? '').split('.').filter(Boolean).map(Number)

function atLeast(version, min) {
  for (const [at, least] of min.entries()) {
    const part = version[at] ?? 0
    if (part !== least) return part > least
  }
  return true
}

const seconds = (startedMs) => `${Math.round((Date.now() - startedMs) / 1000)} s`

function lastLine(file) {
  const lines = readFileSync(file, 'utf8')
    .trimEnd()
    .split(/[\r\n]+/)
  return (lines.at(-1) ?? '').slice(0, 100)
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code
  },
  (error) => {
    process.stderr.write(`${error instanceof SetupError ? error.message : error.stack}\n`)
    process.exitCode = error instanceof SetupError ? error.code : EXIT_FAILED
  },
)
