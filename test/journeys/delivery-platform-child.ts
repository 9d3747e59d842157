/** The platform's door for evidence until it is killed. argv: folder, token, port. */
import { writeSync } from 'node:fs'
import { EvidenceInbox } from '../../simulators/platform/evidence-inbox.ts'
import { EvidenceServer } from '../../simulators/platform/evidence-server.ts'

const [folder, token, port] = process.argv.slice(2) as [string, string, string]
const inbox = new EvidenceInbox(folder)
inbox.on('receipt', (_gateway, receipt) => void writeSync(1, `${JSON.stringify({ receipt })}\n`))
const { url } = await EvidenceServer.start({ inbox, token, port: Number(port) })
writeSync(1, `${JSON.stringify({ url })}\n`)
