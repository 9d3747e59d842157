/**
 * `lushao simulate camera`: an RTSP camera that plays files or a drawn scene, with faults on demand.
 * `lushao simulate scene NAME --out DIR`: the drawn scene as a film, with its truth file beside it.
 * `lushao simulate scene --set test|tune --out DIR`: a whole set of the test street, with what judges it.
 */
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, extname, join } from 'node:path'
import type { Command } from 'commander'
import { RtspCamera } from '../../simulators/camera/rtsp-camera.ts'
import { filmSet } from '../../simulators/street/film-set.ts'
import { type Rendered, renderScene } from '../../simulators/street/render.ts'
import {
  aboutScene,
  isSceneName,
  namedScene,
  SCENE_NAMES,
  SCENE_SECONDS_MIN,
  type SceneName,
} from '../../simulators/street/scenes.ts'
import { SET_NAMES } from '../../simulators/street/test-street.ts'
import { reasonOf } from '../kit/errors.ts'
import { makeLog } from '../kit/log.ts'
import { FAULT_GRAMMAR, type Faults, parseFault, plan } from './planned-fault.ts'
import { print, usage } from './program.ts'
import { progressBar } from './progress.ts'

interface SceneShape {
  readonly seed: string
  readonly seconds?: string
  readonly fps: string
  readonly size: string
}

interface CameraFlags extends SceneShape {
  readonly file?: string[]
  readonly scene?: string
  readonly host: string
  readonly port: string
  readonly user?: string
  readonly fault: string[]
  readonly once?: boolean
  readonly json?: boolean
}

interface SceneFlags extends SceneShape {
  readonly set?: string
  readonly only?: string
  readonly out: string
  readonly json?: boolean
}

const FAULTS: Faults<RtspCamera> = {
  stall: (camera, on) => (on ? camera.stall() : camera.resume()),
  freeze: (camera, on) => camera.freeze(on),
  drop: (camera, on) => (on ? camera.dropConnections() : undefined),
  refuse: (camera, on) => camera.refuse(on),
  hang: (camera, on) => camera.hang(on),
  loss: (camera, on, value) => camera.lose(on ? value : 0),
  corrupt: (camera, on, value) => camera.corrupt(on ? value : 0),
  jitter: (camera, on, value) => camera.jitter(on ? value : 0),
  'time-jump': (camera, on, value) => camera.jumpTime(on ? value : -value),
}
const USUAL_VALUES = { loss: 0.02, corrupt: 0.02, jitter: 200, 'time-jump': 60 }

export function addSimulateCamera(simulate: Command): void {
  shaped(simulate.command('camera'))
    .description('an RTSP camera that plays files or a drawn scene in a loop, until Ctrl-C')
    .option('--file <file...>', 'videos; each is a stream of its own, named by its file name')
    .option('--scene <name>', `instead of files, a drawn scene: ${SCENE_NAMES.join(', ')}`)
    .option('--host <address>', 'where to listen', '127.0.0.1')
    .option('--port <port>', '0 for any free one', '8554')
    .option('--user <user>', 'ask for this user; the password comes from LUSHAO_CAMERA_PASSWORD')
    .option('--fault <fault...>', `${Object.keys(FAULTS).join(', ')}; ${FAULT_GRAMMAR}`, [])
    .option('--once', 'say goodbye at the end of the file instead of looping')
    .option('--json', 'print the addresses as JSON')
    .action(runCamera)

  shaped(simulate.command('scene'))
    .description('film a drawn street scene, or a set of the test street, with the truth')
    .argument('[name]', SCENE_NAMES.map((name) => `${name}: ${aboutScene(name)}`).join('; '))
    .option('--set <set>', `instead of one scene, a set of the test street: ${SET_NAMES.join(', ')}`)
    .option('--only <pattern>', 'of the set, scenes whose name matches this regular expression')
    .requiredOption('--out <folder>', 'where the films go; a set brings its gateway.yaml')
    .option('--json', 'print what was made as JSON')
    .action(async (name: string | undefined, options: SceneFlags) => {
      if (options.set !== undefined) return await filmSetNamed(options.set, options)
      if (name === undefined) throw usage('simulate scene', 'give the name of a scene, or --set')
      const made = await film(sceneNamed(name), options, options.out)
      print(options.json ? JSON.stringify(made) : `${made.video}\n${made.truthFile}`)
    })
}

async function filmSetNamed(name: string, { only, out, json }: SceneFlags): Promise<void> {
  const set = SET_NAMES.find((one) => one === name)
  if (set === undefined) throw usage('simulate scene', `--set is one of ${SET_NAMES.join(', ')}, not ${name}`)
  const bar = progressBar(set)
  try {
    const onFilmed = (_: string, done: number, of: number) => bar.update(done, of)
    const made = await filmSet({ set, only: patternOf(only), out, onFilmed })
    if (made.names.length === 0) throw usage('simulate scene', `no scene of ${set} matches ${only}`)
    print(json ? JSON.stringify(made) : `${made.made} filmed, ${made.kept} were there\n${made.config}`)
  } finally {
    bar.stop()
  }
}

function patternOf(only = ''): RegExp {
  try {
    return new RegExp(only)
  } catch (error) {
    throw usage('simulate scene', `--only is no regular expression: ${reasonOf(error)}`)
  }
}

function shaped(command: Command): Command {
  return command
    .option('--seed <number>', 'same seed, same film', '7')
    .option('--seconds <seconds>', `length of the scene, at least ${SCENE_SECONDS_MIN}`)
    .option('--fps <fps>', 'pictures a second, 5 to 25', '15')
    .option('--size <width>x<height>', 'of the drawn picture', '1280x720')
}

async function runCamera(options: CameraFlags): Promise<void> {
  const faults = options.fault.map((text) => parseFault('simulate camera', text, FAULTS, USUAL_VALUES))
  const auth = credentialsOf(options)
  const port = numberOf('--port', options.port, 0, 65_535)
  const folder = await mkdtemp(join(tmpdir(), 'lushao-scene-'))
  const timers: NodeJS.Timeout[] = []
  try {
    const camera = await RtspCamera.start({
      streams: await streamsOf(options, folder),
      host: options.host,
      port,
      ...(auth && { auth }),
      loop: !options.once,
      log: makeLog(process.env['LUSHAO_LOG'] ?? 'warn'),
    })
    const urls = camera.names.map((name) => camera.urlOf(name))
    print(options.json ? JSON.stringify({ urls }) : urls.join('\n'))
    for (const planned of faults) timers.push(...plan(camera, FAULTS, planned))
    await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')])
    await camera.close()
  } finally {
    for (const timer of timers) clearTimeout(timer)
    await rm(folder, { recursive: true, force: true })
  }
}

async function streamsOf(options: CameraFlags, folder: string): Promise<Record<string, { file: string }>> {
  if ((options.file === undefined) === (options.scene === undefined)) {
    throw usage('simulate camera', 'give --file or --scene, one of them')
  }
  if (options.scene !== undefined) {
    const name = sceneNamed(options.scene)
    const made = await film(name, options, folder)
    return { [name]: { file: made.video } }
  }
  const named = (options.file ?? []).map((file) => [basename(file, extname(file)), { file }] as const)
  return Object.fromEntries(named)
}

async function film(name: SceneName, options: SceneShape, folder: string): Promise<Rendered> {
  const seed = numberOf('--seed', options.seed, 0, 2 ** 31)
  const seconds =
    options.seconds === undefined
      ? undefined
      : numberOf('--seconds', options.seconds, SCENE_SECONDS_MIN, 3_600)
  const fps = numberOf('--fps', options.fps, 5, 25)
  const [, width, height] = /^(\d{2,4})x(\d{2,4})$/.exec(options.size) ?? []
  if (Number(width) % 2 !== 0 || Number(height) % 2 !== 0) {
    throw usage('simulate scene', `--size takes two even numbers such as 1280x720, not ${options.size}`)
  }
  const script = namedScene(name, { seed, ...(seconds !== undefined && { seconds }) })
  const bar = progressBar(name)
  try {
    const onProgress = (share: number) => bar.update(share * script.seconds, script.seconds)
    const shape = { seed, fps, width: Number(width), height: Number(height), onProgress }
    return await renderScene(script, shape, join(folder, `${name}.mp4`))
  } finally {
    bar.stop()
  }
}

function sceneNamed(name: string): SceneName {
  if (!isSceneName(name)) {
    throw usage('simulate scene', `no scene is called ${name}; there are ${SCENE_NAMES.join(', ')}`)
  }
  return name
}

function credentialsOf({ user }: CameraFlags): { user: string; password: string } | undefined {
  if (user === undefined) return undefined
  const password = process.env['LUSHAO_CAMERA_PASSWORD']
  if (!password) throw usage('simulate camera', '--user needs the password in LUSHAO_CAMERA_PASSWORD')
  return { user, password }
}

function numberOf(option: string, value: string, low: number, high: number): number {
  const number = Number(value)
  if (!Number.isInteger(number) || number < low || number > high) {
    throw usage('simulate camera', `${option} takes a whole number from ${low} to ${high}, not ${value}`)
  }
  return number
}
