/**
 * Passwords of cameras that were typed at the console: each in a file of its own, named by the configuration.
 *
 *     typed ─▶ <storage>/secrets/cam-9-6f1c….password, 0600 ─▶ login: {user, password: {file: …}}
 *
 * Never in the configuration, its versions, or a log. A file that no version and no waiting change speaks of is removed.
 */
import { randomBytes } from 'node:crypto'
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export class CameraSecrets {
  readonly #folder: string
  readonly #isNamed: (name: string) => boolean

  constructor(folder: string, isNamed: (name: string) => boolean) {
    this.#folder = folder
    this.#isNamed = isNamed
  }

  /** @returns the file, as the configuration is to name it */
  keep(cameraId: string, password: string): string {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 })
    // The id is somebody's wish and was not checked yet: no path is made of it.
    const name = cameraId.replace(/[^a-z0-9-]/g, '')
    const file = join(this.#folder, `${name}-${randomBytes(8).toString('hex')}.password`)
    writeFileSync(file, password, { mode: 0o600, flag: 'wx', flush: true })
    return file
  }

  forget(file: string): void {
    rmSync(file, { force: true })
  }

  /** Of changes that were refused, withdrawn or never proposed. */
  sweep(): void {
    for (const name of namesIn(this.#folder)) if (!this.#isNamed(name)) this.forget(join(this.#folder, name))
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => name.endsWith('.password'))
  } catch {
    return [] // No password was typed yet.
  }
}
