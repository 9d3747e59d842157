/**
 * `lushao simulate bodycam`: a docking station that uploads one recording to a gateway, or those of a whole shift.
 */
import type { Command } from 'commander'
import { uploadRecording } from '../../simulators/bodycam/upload.ts'
import { isoTime } from '../kit/clock.ts'
import { print, usage } from './program.ts'
import { addShiftOptions, type ShiftFlags, simulateShift } from './simulate-shift.ts'

interface Options extends ShiftFlags {
  readonly url: string
  readonly token?: string
  readonly device?: string
  readonly user?: string
  readonly role: string
  readonly start: string
  readonly coPresent?: string
  readonly clockOffset?: string
  readonly chunk: string
  readonly killAfter?: string
  readonly resumeFrom?: string
  readonly json?: boolean
}

export function addSimulateBodycam(simulate: Command): void {
  const command = simulate
    .command('bodycam')
    .description('upload a recording as a docked body-cam does (tus 1.0), broken off and resumed on demand')
    .argument('[file]', 'the recording')
    .option('--url <url>', 'where to', 'http://127.0.0.1:8480/bodycam/uploads')
    .option('--token <token>', 'token of scope bodycam; by default from LUSHAO_BODYCAM_TOKEN')
    .option('--device <serial>', 'serial number of the body-cam')
    .option('--user <number>', 'number of the person who wore it')
    .option('--role <role>', 'role at recording: OFFICER or AUXILIARY', 'OFFICER')
    .option('--start <time>', 'when the recording began, ISO-8601', isoTime(Date.now()))
    .option('--co-present <numbers>', 'officers who were there too, commas between')
    .option('--clock-offset <ms>', 'device minus true time, milliseconds')
    .option('--chunk <bytes>', 'bytes a request', '1048576')
    .option('--kill-after <bytes>', 'break off once the server has so many')
    .option('--resume-from <address>', 'address of an upload begun before')
    .option('--json', 'print the result as JSON')
  addShiftOptions(command).action(async (file: string | undefined, options: Options) => {
    const token = options.token ?? process.env['LUSHAO_BODYCAM_TOKEN']
    if (token === undefined) throw usage('simulate bodycam', 'no token: give --token or LUSHAO_BODYCAM_TOKEN')
    if (options.shift !== undefined) return simulateShift(options.shift, { ...options, token })
    if (file === undefined) throw usage('simulate bodycam', 'give a file, or --shift')
    const result = await uploadRecording({
      url: options.url,
      token,
      file,
      metadata: metadataOf(options),
      chunkBytes: bytesOf('--chunk', options.chunk),
      ...(options.killAfter === undefined
        ? {}
        : { killAfterBytes: bytesOf('--kill-after', options.killAfter) }),
      ...(options.resumeFrom === undefined ? {} : { resumeFrom: options.resumeFrom }),
    })
    if (options.json) print(JSON.stringify(result))
    else
      print(result.complete ? `uploaded ${file}` : `broken off; go on with --resume-from ${result.uploadUrl}`)
  })
}

function metadataOf({ device, user, role, start, coPresent, clockOffset }: Options): Record<string, string> {
  if (device === undefined || user === undefined) throw usage('simulate bodycam', 'give --device and --user')
  return {
    deviceSerial: device,
    userNo: user,
    roleAtRecording: role,
    startAt: start,
    uploadChannel: 'DOCK',
    ...(coPresent === undefined ? {} : { coPresent }),
    ...(clockOffset === undefined ? {} : { clockOffsetMs: clockOffset }),
  }
}

function bytesOf(option: string, value: string): number {
  const bytes = Number(value)
  if (!Number.isSafeInteger(bytes) || bytes < 1)
    throw usage('simulate bodycam', `${option} takes a count of bytes, not ${value}`)
  return bytes
}
