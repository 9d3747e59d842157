/**
 * A time-stamping authority (RFC 3161 over HTTP) for trying things out: OpenSSL makes its certificates and signs its
 * tokens, so that what is tried against it is what a real one sends. Nobody should trust it.
 *
 *     POST /  timestamp-query ─▶ openssl ts -reply ─▶ timestamp-reply
 *
 * Faults on demand: refuses, answers late, with another status, with half or none of a token, rejects, answers
 * another question (nonce, imprint), signs with a certificate that had run out or that another CA issued.
 */
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { listen } from '../listening.ts'

export interface TsaFaults {
  /** Connections are cut without an answer. */
  refuse: boolean
  /** Answers so much later, ms. */
  slowMs: number
  /** Answers with this HTTP status and no token; 0: as it should. */
  status: number
  /** A well-formed answer that says no. */
  reject: boolean
  /** Bytes that are no token. */
  garbage: boolean
  /** A good token for the same hash, asked with another nonce: an old answer sent again. */
  wrongNonce: boolean
  /** A good token for another hash. */
  wrongImprint: boolean
  signer: keyof typeof SIGNERS
}

/** Who signs: certificate and the CA that issued it. */
const SIGNERS = {
  good: { ca: 'ca', from: '20200101000000Z', to: '20991231235959Z' },
  expired: { ca: 'ca', from: '20200101000000Z', to: '20210101000000Z' },
  other: { ca: 'other-ca', from: '20200101000000Z', to: '20991231235959Z' },
} as const

const QUERY_BYTES_MAX = 64 * 1024
const POLICY = '1.2.3.4.1'
const run = promisify(execFile)

export class TimeAuthority {
  readonly url: string
  /** PEM of the CA to trust. */
  readonly caFile: string
  readonly otherCaFile: string
  readonly faults: TsaFaults = {
    ...{ refuse: false, slowMs: 0, status: 0, reject: false, garbage: false },
    ...{ wrongNonce: false, wrongImprint: false, signer: 'good' },
  }
  /** Queries that were answered with a token. */
  granted = 0
  asked = 0
  /** What the last one who asked called himself; anybody is answered. */
  lastAuthorization: string | undefined
  readonly #server: Server
  readonly #folder: string
  readonly #waiting = new Set<NodeJS.Timeout>()
  #last: Promise<unknown> = Promise.resolve()

  private constructor(server: Server, url: string, folder: string) {
    this.#server = server
    this.#folder = folder
    this.url = url
    this.caFile = join(folder, 'ca.pem')
    this.otherCaFile = join(folder, 'other-ca.pem')
  }

  /** @param options.folder where keys, certificates and the counter lie; used again when there are some */
  static async start(options: { folder: string; host?: string; port?: number }): Promise<TimeAuthority> {
    const { folder, host = '127.0.0.1', port = 0 } = options
    await makeCertificates(folder)
    const server = createServer()
    const url = `http://${host}:${await listen(server, host, port)}/`
    const authority = new TimeAuthority(server, url, folder)
    server.on('request', (request, response) => {
      authority.#answer(request, response).catch(() => response.destroy()) // Whoever asked has gone.
    })
    return authority
  }

  async close(): Promise<void> {
    for (const timer of this.#waiting) clearTimeout(timer)
    this.#server.closeAllConnections()
    await new Promise((done) => this.#server.close(done))
    await this.#last
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { refuse, slowMs, status, garbage } = this.faults
    this.asked++
    this.lastAuthorization = request.headers.authorization
    if (refuse) return void request.destroy()
    const query = await bodyOf(request)
    if (slowMs > 0) await this.#wait(slowMs)
    if (status !== 0) return void response.writeHead(status).end('no token today\n')
    const reply = garbage ? randomBytes(400) : await this.reply(query)
    response.writeHead(200, { 'content-type': 'application/timestamp-reply' }).end(reply)
  }

  /** The answer to a query, as this authority now makes them. One after another: there is one counter. */
  reply(query: Buffer): Promise<Buffer> {
    const reply = this.#last.then(() => this.#reply(query))
    this.#last = reply.catch(() => {})
    return reply
  }

  async #reply(query: Buffer): Promise<Buffer> {
    const { signer, wrongNonce, wrongImprint, reject } = this.faults
    const [asked, answered] = ['query.tsq', 'reply.tsr'].map((name) => join(this.#folder, name)) as [
      string,
      string,
    ]
    await writeFile(asked, query)
    if (wrongNonce || wrongImprint) {
      const { stdout } = await run('openssl', ['ts', '-query', '-in', asked, '-text'])
      const digest = wrongImprint ? randomBytes(32).toString('hex') : digestIn(stdout)
      await this.#openssl('ts', '-query', '-sha256', '-cert', '-digest', digest, '-out', 'query.tsq')
    }
    const section = reject ? 'refusing' : signer
    const config = ['-config', 'tsa.cnf', '-section', section]
    await this.#openssl('ts', '-reply', '-queryfile', 'query.tsq', ...config, '-out', 'reply.tsr').catch(
      (error) => {
        if (!reject) throw error // A refusal is written all the same, and then OpenSSL exits with 1.
      },
    )
    if (!reject) this.granted++
    return readFile(answered)
  }

  #openssl(...args: string[]) {
    return run('openssl', args, { cwd: this.#folder })
  }

  #wait(ms: number): Promise<void> {
    return new Promise((done) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(timer)
        done()
      }, ms)
      this.#waiting.add(timer)
    })
  }
}

/** From the hex dump of `openssl ts -query -text`. */
function digestIn(text: string): string {
  return [...text.matchAll(/^\s+[0-9a-f]{4} - ([0-9a-f -]{47})/gm)]
    .map(([, bytes]) => bytes!.replace(/[^0-9a-f]/g, ''))
    .join('')
    .slice(0, 64)
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = []
  let bytes = 0
  for await (const part of request as AsyncIterable<Buffer>) {
    bytes += part.length
    if (bytes > QUERY_BYTES_MAX) throw new Error('too large for a query')
    parts.push(part)
  }
  return Buffer.concat(parts)
}

async function makeCertificates(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  const file = (name: string) => join(folder, name)
  const openssl = (line: string) => run('openssl', line.split(' '), { cwd: folder })
  if (await readFile(file('other.pem')).catch(() => null)) return
  await writeFile(file('tsa.cnf'), CONFIG)
  for (const counter of ['serial', 'issued']) await writeFile(file(counter), '01\n')
  const key = '-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -config tsa.cnf'
  for (const ca of ['ca', 'other-ca']) {
    await openssl(
      `req -x509 ${key} -keyout ${ca}.key -out ${ca}.pem -days 9999 -subj /CN=lushao-${ca} -extensions ca`,
    )
  }
  for (const [name, { ca, from, to }] of Object.entries(SIGNERS)) {
    await writeFile(file('index.txt'), '')
    await openssl(`req ${key} -new -keyout ${name}.key -out ${name}.csr -subj /CN=lushao-tsa-${name}`)
    const issued = `-name issuer -cert ${ca}.pem -keyfile ${ca}.key -extensions stamps -batch -notext`
    await openssl(
      `ca -config tsa.cnf ${issued} -startdate ${from} -enddate ${to} -in ${name}.csr -out ${name}.pem`,
    )
  }
}

const responder = (section: string, signer: string, digests: string) => `
[${section}]
dir = .
serial = serial
signer_cert = ${signer}.pem
signer_key = ${signer}.key
signer_digest = sha256
default_policy = ${POLICY}
digests = ${digests}
ess_cert_id_alg = sha256
`

const CONFIG = `
[req]
distinguished_name = dn
[dn]
[ca]
basicConstraints = critical,CA:true
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[stamps]
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
authorityKeyIdentifier = keyid
[issuer]
new_certs_dir = .
database = index.txt
serial = issued
default_md = sha256
policy = anybody
[anybody]
commonName = supplied
${Object.keys(SIGNERS)
  .map((signer) => responder(signer, signer, 'sha256'))
  .join('')}${responder('refusing', 'good', 'sha512')}`
