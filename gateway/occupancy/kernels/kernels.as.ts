/**
 * All loops over pixels of `occupancy`: AssemblyScript, compiled to one WebAssembly SIMD module, kept as text in
 * `kernels.wasm.ts`. Addresses come from outside; nothing is allocated.
 */
export * from './foreground.as'
export * from './light.as'
export * from './living.as'
export * from './mask.as'
export * from './plane.as'
export * from './register.as'
export * from './spans.as'
export * from './things.as'
