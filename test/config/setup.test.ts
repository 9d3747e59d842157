/** The set-up on machines that lack something: it says what to do, does nothing else, and its exit says so. */
import { spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { packagePath } from '../../gateway/kit/paths.ts'

const folder = mkdtempSync(join(tmpdir(), 'lushao set up '))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** With nothing on the PATH but what lies in a folder of our own. */
function setUp(...args: string[]): { code: number | null; text: string } {
  const ran = spawnSync(process.execPath, [packagePath('devices', 'box', 'setup.mjs'), ...args], {
    env: { PATH: folder },
    encoding: 'utf8',
  })
  return { code: ran.status, text: ran.stdout + ran.stderr }
}

function program(name: string, script: string): void {
  writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`)
  chmodSync(join(folder, name), 0o755)
}

test('without ffmpeg and without a way to install it: the line to run', () => {
  const { code, text } = setUp()
  expect(text).toContain('sudo apt-get install -y --no-install-recommends ffmpeg')
  expect(code).toBe(3)
})

test('an ffmpeg that is too old is named with the version wanted', () => {
  program('ffmpeg', 'echo ffmpeg version 4.4.2-0ubuntu0.22.04.1')
  const { code, text } = setUp()
  expect(text).toContain('4.4.2')
  expect(text).toContain('5.1')
  expect(code).toBe(3)
})

test('a peer that is missing: the line to run', () => {
  program('ffmpeg', 'echo ffmpeg version n7.0')
  program('mosquitto', 'exit 0')
  const { code, text } = setUp('--with', 'mosquitto,no-such-server', '--then', 'test')
  expect(text).toContain('sudo apt-get install -y --no-install-recommends no-such-server')
  expect(code).toBe(3)
})

test('what is only tried may stay away: it says so and goes on', () => {
  program('ffmpeg', 'echo ffmpeg version n7.0')
  const { code, text } = setUp('--try', 'no-such-voice', '--with', 'no-such-server')
  expect(text).toContain('no-such-voice is not there; going on without it.')
  expect(text).toContain('install -y --no-install-recommends no-such-server')
  expect(code).toBe(3)
})

test.each([[['--then', 'fly']], [['--frobnicate']], [['--then']]])('wrong usage: %j', (args) => {
  expect(setUp(...args).code).toBe(2)
})
