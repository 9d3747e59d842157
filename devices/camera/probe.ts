/**
 * What a camera offers, asked once: for `doctor`, for the console's "try this address", never while running.
 */
import { fault, redact } from '../../gateway/kit/errors.ts'
import { diagnose } from '../../gateway/streams/diagnosis.ts'
import { type MediaProbe, probeMedia } from '../../gateway/streams/media-tool.ts'

const ANSWER_SEC = 8

/** @throws Fault CAMERA_UNREACHABLE, CAMERA_REFUSED, CAMERA_NOT_FOUND, CAMERA_TRANSPORT, CAMERA_NOT_VIDEO */
export async function probe(
  url: string,
  {
    camera = redact(url),
    transport = 'tcp',
  }: { readonly camera?: string; readonly transport?: 'tcp' | 'udp' } = {},
): Promise<MediaProbe> {
  const options = url.startsWith('file:')
    ? []
    : ['-rtsp_transport', transport, '-timeout', `${ANSWER_SEC * 1e6}`]
  const found = await probeMedia(url, options).catch((error: Error) => {
    const { code, reason } = diagnose(error.message.split('\n'), false)
    throw fault(code, { camera, reason }, error)
  })
  if (found.video === null) throw fault('CAMERA_NOT_VIDEO', { camera, reason: 'no video track' })
  return found
}
