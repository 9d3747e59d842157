/**
 * What one idle camera costs: CPU of the gateway and all its children in % of a core, beside bare `ffmpeg -f null`
 * decoding the same stream at the same time.
 *
 *     npm run bench:camera -- [--seconds 60] [--settle 45] [--cameras 1]
 *
 * 720p25 H.264 with sensor noise at 2 Mb/s, a keyframe every 2 s, nothing happens in the picture. Both read the same
 * simulated camera over RTSP; the simulator's own cost is not counted. Figures are CPU time, not wall time.
 */
import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { packagePath } from '../../gateway/kit/paths.ts'
import { RtspCamera } from '../../simulators/camera/rtsp-camera.ts'
import { loadAverage, machine, treeCpuSec, treeMemoryMiB } from './process-tree.ts'

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    settle: { type: 'string', default: '45' },
    cameras: { type: 'string', default: '1' },
  },
})
const folder = packagePath('var', 'bench', 'camera-cost')
const count = Number(values.cameras)

const clip = idleClip()
const names = Array.from({ length: count }, (_, i) => `cam-${i + 1}`)
const camera = await RtspCamera.start({
  streams: Object.fromEntries(names.map((name) => [name, { file: clip }])),
})
const gateway = await startGateway()
const decoder = spawn('ffmpeg', [
  ...['-nostdin', '-loglevel', 'error', '-rtsp_transport', 'tcp', '-threads', '1'],
  ...['-i', camera.urlOf('cam-1'), '-an', '-f', 'null', '-'],
])
await pause(Number(values.settle) * 1000)

const before = { gateway: treeCpuSec(gateway.pid!), decoder: treeCpuSec(decoder.pid!), at: performance.now() }
await pause(Number(values.seconds) * 1000)
const elapsedSec = (performance.now() - before.at) / 1000
const percent = (cpuSec: number) => (100 * cpuSec) / elapsedSec
const gatewayPercent = percent(treeCpuSec(gateway.pid!) - before.gateway)
const decoderPercent = percent(treeCpuSec(decoder.pid!) - before.decoder)

const lines = [
  `${machine()}, load ${loadAverage()}, over ${elapsedSec.toFixed(0)} s`,
  `gateway with ${count} idle camera(s) 720p25, all processes: ${gatewayPercent.toFixed(1)} % of a core`,
  `bare ffmpeg -f null of one of them:                 ${decoderPercent.toFixed(1)} % of a core`,
  `ratio per camera: ${(gatewayPercent / count / decoderPercent).toFixed(2)}`,
  `memory (PSS): ${[...treeMemoryMiB(gateway.pid!)].map(([name, mib]) => `${name} ${mib.toFixed(0)} MiB`).join(', ')}`,
]
process.stdout.write(`${lines.join('\n')}\n`)

decoder.kill('SIGKILL')
gateway.kill('SIGTERM')
await new Promise((resolve) => gateway.once('exit', resolve))
await camera.close()

function idleClip(): string {
  mkdirSync(folder, { recursive: true })
  const file = `${folder}/idle-720p25.mp4`
  if (!existsSync(file)) {
    const picture = 'mandelbrot=size=1280x720:rate=25:end_scale=0.3:end_pts=1,loop=-1:1:0,noise=alls=6:allf=t'
    const encoder = ['-c:v', 'libx264', '-preset', 'veryfast', '-b:v', '2M', '-g', '50', '-bf', '0']
    execFileSync('ffmpeg', [
      ...['-nostdin', '-loglevel', 'error', '-y', '-f', 'lavfi', '-i', picture, '-t', '60'],
      ...['-pix_fmt', 'yuv420p', ...encoder, file],
    ])
  }
  return file
}

async function startGateway() {
  const storage = `${folder}/box`
  rmSync(storage, { recursive: true, force: true })
  const zone = {
    ...{ id: 'kerb', type: 'NO_VENDING' },
    polygon: [
      [0.05, 0.3],
      [0.95, 0.3],
      [0.95, 0.95],
      [0.05, 0.95],
    ],
    rules: [{ rule: 'street-vending' }, { rule: 'piling' }],
  }
  const config = {
    ...{ site: 'bench', gateway: 'gw', region: '310101' },
    cameras: names.map((id) => ({ id, url: camera.urlOf(id), zones: [zone] })),
    ...{ storage: { folder: storage }, http: { port: 0 }, mqtt: { embedded: { port: 0 } } },
  }
  writeFileSync(`${folder}/gateway.yaml`, JSON.stringify(config))
  const entry = packagePath('dist', 'gateway', 'cli', 'lushao.js')
  const child = spawn(process.execPath, [entry, 'run', '-c', `${folder}/gateway.yaml`, '--log', 'warn'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await new Promise((resolve) => createInterface({ input: child.stdout }).once('line', resolve))
  return child
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
