/** Faults of: command line. */
import { entry } from './entry.ts'

export const COMMAND_LINE_FAULTS = {
  USAGE: entry(
    ['{reason}.', 'Nothing was done.', 'See `lushao {command} --help`.'],
    ['{reason}。', '未执行任何操作。', '请查看 `lushao {command} --help`。'],
  ),
  RESTART_NEEDED: entry(
    [
      'The new configuration changes options that are read at the start only: {options}.',
      'The old ones stay in force, the rest of the change is made.',
      'Restart the gateway when convenient.',
    ],
    [
      '新配置改动了仅在启动时读取的选项：{options}。',
      '这些选项沿用旧值，其余改动已生效。',
      '请在方便时重启网关。',
    ],
  ),
  GATEWAY_BUG: entry(
    [
      'The gateway met a state that must not be ({reason}).',
      'It stops at once with exit code 1; what was raised and sealed is on disk.',
      'Let the service manager start it again, and report this line with the version.',
    ],
    [
      '网关遇到不应出现的状态（{reason}）。',
      '进程立即以退出码 1 结束；已发出的告警和已封存的证据均在磁盘上。',
      '请由服务管理器重新启动，并连同版本号上报本行日志。',
    ],
  ),
  FILE_UNREADABLE: entry(
    ['The file {path} cannot be read ({reason}).', 'It is skipped.', 'Check the path and its permissions.'],
    ['文件 {path} 无法读取（{reason}）。', '已跳过。', '请检查路径和权限。'],
  ),
}
