/**
 * `lushao analyse VIDEO… -c gateway.yaml --camera ID --start TIME --out DIR`: recorded files as fast as the machine
 * allows, time taken from the media.
 *
 *     DIR/events.ndjson         every revision of every event
 *     DIR/evidence/<package>/   what was sealed, checked by `lushao verify DIR/evidence`
 *     DIR/annotated/<clip>.mp4  with --annotate
 *
 * Several files are one recording: each goes on where the one before it ended.
 */
import { rmSync, statSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import type { Command } from 'commander'
import type { Config } from '../../config/loader.ts'
import { analyseFile } from '../analysis.ts'
import { Eyes } from '../detections/eyes.ts'
import { EvidenceKeeper } from '../evidence/keeper.ts'
import { openSigner } from '../evidence/seal.ts'
import { isFault, type Language } from '../kit/errors.ts'
import { type Log, makeLog } from '../kit/log.ts'
import { Annotator } from './annotate.ts'
import { cameraOf, readConfig } from './chosen-camera.ts'
import { EventFile } from './event-file.ts'
import { FoundBad, languageOf, print, say, usage } from './program.ts'
import { progressBar } from './progress.ts'

interface AnalyseOptions {
  readonly config: string
  readonly camera?: string
  readonly start?: string
  readonly out: string
  readonly rate: string
  readonly model?: string
  readonly json?: boolean
  readonly annotate?: boolean
}

export function addAnalyse(program: Command): void {
  program
    .command('analyse')
    .description('the pipeline over recorded files, as fast as the machine allows')
    .argument('<video...>', 'files; several are one recording, in this order')
    .requiredOption('-c, --config <file>', 'gateway.yaml')
    .option('--camera <id>', 'whose zones judge the files; by default the only camera of the config')
    .option('--start <time>', 'ISO-8601 time of the first picture; by default the file’s own time stamp')
    .requiredOption('--out <dir>', 'folder for events.ndjson and evidence/')
    .option('--rate <n>', 'looks a second, 0.5 to 5', '2')
    .option('--model <file>', 'ONNX model to use instead of the config’s')
    .option('--annotate', 'also write a video with zones and states drawn')
    .option('--json', 'print each event revision to stdout as NDJSON')
    .action((videos: string[], options: AnalyseOptions, command: Command) =>
      analyse(videos, options, languageOf(command)),
    )
}

async function analyse(
  videos: readonly string[],
  options: AnalyseOptions,
  language: Language,
): Promise<void> {
  const log = makeLog(process.env['LUSHAO_LOG'] ?? 'warn')
  const startWallMs = startOf(videos, options.start)
  const config = readConfig(options.config, startWallMs, language)
  const camera = cameraOf(config, options.camera, 'analyse')
  const samplesPerSec = rateOf(options.rate)
  const out = resolve(options.out)

  const evidence = await openEvidence(config, out, log)
  const eyes = await openEyes(config, options.model, log)
  const file = new EventFile(out, (event) => options.json && print(JSON.stringify(event)))
  let failed = 0
  try {
    let nextWallMs = startWallMs
    for (const path of videos) {
      const annotator = options.annotate
        ? new Annotator(camera, join(out, 'annotated', basename(path)))
        : null
      const bar = progressBar(basename(path))
      try {
        const report = await analyseFile({
          ...{ path, config, camera, samplesPerSec, eyes, evidence, log },
          startWallMs: nextWallMs,
          sink: file,
          onProgress: (frame, durationSec, known) => {
            bar.update(frame.timeMs / 1000, durationSec)
            annotator?.draw(frame, known)
          },
        })
        nextWallMs += report.readSec * 1000
        await annotator?.write(path)
        if (report.truncated !== null) say(report.truncated.explain(language))
      } catch (error) {
        if (!isFault(error)) throw error
        say(error.explain(language))
        failed++
      } finally {
        bar.stop()
      }
    }
  } finally {
    file.close()
    await eyes.close()
    await evidence.close()
  }
  say(`${file.eventCount} event(s) in ${file.path}`)
  if (failed > 0) throw new FoundBad()
}

function rateOf(text: string): number {
  const rate = Number(text)
  if (!(rate >= 0.5 && rate <= 5)) throw usage('analyse', `--rate is a number from 0.5 to 5, got ${text}`)
  return rate
}

/** A file's own time stamp is when it was last written: near enough for a basis to be in force, and said. */
function startOf(videos: readonly string[], start: string | undefined): number {
  if (start !== undefined) {
    const wallMs = Date.parse(start)
    if (Number.isNaN(wallMs)) throw usage('analyse', `--start is an ISO-8601 time, got ${start}`)
    return wallMs
  }
  const stat = statSync(videos[0]!, { throwIfNoEntry: false })
  return stat === undefined ? Date.now() : Math.floor(stat.mtimeMs / 1000) * 1000
}

/** Each run starts a chain of its own; packages of an earlier run into the same folder are replaced. */
async function openEvidence(config: Config, out: string, log: Log): Promise<EvidenceKeeper> {
  for (const name of ['evidence', 'pending', 'torn'])
    rmSync(join(out, name), { recursive: true, force: true })
  const evidence = new EvidenceKeeper({
    options: config.evidence,
    storage: { ...config.storage, folder: out },
    producer: { site: config.site, gateway: config.gateway },
    signer: await openSigner(join(out, 'keys')),
    log,
  })
  await evidence.recover()
  return evidence
}

function openEyes({ model, naming }: Config, file: string | undefined, log: Log): Promise<Eyes> {
  const options = file === undefined ? model : { ...DEFAULT_MODEL, ...model, file: resolve(file) }
  return Eyes.open(options, naming, log)
}

const DEFAULT_MODEL = { workersMax: 2, everyMs: 400, patienceMs: 60_000 }
