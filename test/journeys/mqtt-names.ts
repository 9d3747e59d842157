/** Who is who in the journeys over MQTT; also read by processes that run outside of a test. */
export const SITE = 'nanjing-road'
export const GATEWAY = 'gw-01'
export const ROOT = `ume/v1/${SITE}/${GATEWAY}`

export const BIRTH = {
  version: '0.0.0',
  cameras: [{ id: 'cam-1', name: '', rules: ['street-vending' as const] }],
  configVersion: 'sha256:00',
  catalogVersion: '1',
  modelDigest: null,
  publicKey: null,
  clock: { offsetMs: 0, source: 'system' },
}
