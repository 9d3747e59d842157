/**
 * A dock compares the clock of a recorder with the box's, in two calls:
 *
 *     recorder T1 ─▶ box: T2, T3 ─▶ recorder T4 ─▶ box notes by how much the recorder is off
 */
import { z } from 'zod'
import type { Clock } from '../../gateway/kit/clock.ts'

const Asked = z.object({ exchange: z.string() })
const Noted = z.object({ offsetMs: z.number(), uncertaintyMs: z.number() })

/** @param offMs how far the recorder's clock is ahead */
export async function compareClocks(
  { url, token }: { readonly url: string; readonly token: string },
  deviceSerial: string,
  offMs: number,
  clock: Pick<Clock, 'wallMs'>,
): Promise<z.infer<typeof Noted>> {
  const recorderMs = () => Math.round(clock.wallMs() + offMs)
  const post = async (body: object): Promise<unknown> => {
    const response = await fetch(`${url}/bodycam/clock`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    if (!response.ok) throw new Error(`the clock of ${deviceSerial} was answered with ${response.status}`)
    return response.json()
  }
  const { exchange } = Asked.parse(await post({ deviceSerial, t1: recorderMs() }))
  return Noted.parse(await post({ exchange, t4: recorderMs(), set: true }))
}
