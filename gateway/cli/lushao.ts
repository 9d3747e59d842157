#!/usr/bin/env node
/**
 * `lushao` (路哨): the command line. One file a command; this one lists them.
 */
import { readFileSync } from 'node:fs'
import { Command } from 'commander'
import { packagePath } from '../kit/paths.ts'
import { addAlerts } from './alerts.ts'
import { addAnalyse } from './analyse.ts'
import { addAudit } from './audit.ts'
import { addCheck } from './check.ts'
import { addDoctor } from './doctor.ts'
import { addEval } from './eval.ts'
import { addExport } from './export.ts'
import { addKeys } from './keys.ts'
import { addModels } from './models.ts'
import { makeProgram, runProgram } from './program.ts'
import { addReport } from './report.ts'
import { addRules } from './rules.ts'
import { addRun } from './run.ts'
import { addSheet } from './sheet.ts'
import { addSimulateBodycam } from './simulate-bodycam.ts'
import { addSimulateCamera } from './simulate-camera.ts'
import { addSimulatePlatform } from './simulate-platform.ts'
import { addSimulateSpeaker } from './simulate-speaker.ts'
import { addSimulateTsa } from './simulate-tsa.ts'
import { addUnlock } from './unlock.ts'
import { addVerify } from './verify.ts'

const { version } = JSON.parse(readFileSync(packagePath('package.json'), 'utf8')) as { version: string }
const program = makeProgram(version)

addRun(program)
addCheck(program)
addRules(program)
addDoctor(program)
addAnalyse(program)
addVerify(program)
addUnlock(program)
addExport(program)
addSheet(program)
addEval(program)
addAlerts(program)
addReport(program)
addAudit(program)
addModels(program)
addKeys(program)

const simulate = new Command('simulate').description(
  'simulated peers: camera, scene, body-cam, platform, speaker, time-stamping authority',
)
addSimulateCamera(simulate)
addSimulateBodycam(simulate)
addSimulatePlatform(simulate)
addSimulateSpeaker(simulate)
addSimulateTsa(simulate)
program.addCommand(simulate)

process.exitCode = await runProgram(program, process.argv)
