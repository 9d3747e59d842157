/** Faults of: box, simulators, set-up. */
import { entry } from './entry.ts'

export const BOX_FAULTS = {
  SIMULATED_PLATFORM_REFUSED: entry(
    [
      'The simulated platform cannot connect to {url} ({reason}).',
      'It stops.',
      'Check the address; the embedded broker keeps its credentials in broker-platform.json of the storage folder.',
    ],
    [
      '模拟平台无法连接 {url}（{reason}）。',
      '已停止。',
      '请检查地址；内置消息代理的凭据保存在存储目录的 broker-platform.json 中。',
    ],
  ),
  NODE_TOO_OLD: entry(
    [
      'Node {version} runs this; {wanted} or newer is needed.',
      'It may stop at any point.',
      'Install a newer Node.',
    ],
    ['当前 Node 版本为 {version}；需要 {wanted} 或更高。', '运行可能随时中断。', '请安装更高版本的 Node。'],
  ),
  CLOCK_UNREACHABLE: entry(
    [
      'The time server {server} does not answer ({reason}).',
      'The offset of the clock stays as it was last known, and evidence says when that was.',
      'Check clock.server, and that UDP port 123 is open towards it.',
    ],
    [
      '时间服务器 {server} 无应答（{reason}）。',
      '时钟偏差沿用上次测量值，证据中注明测量时间。',
      '请检查 clock.server 以及通往它的 UDP 123 端口。',
    ],
  ),
  CLOCK_OFF: entry(
    [
      'The clock is {offsetMs} ms off {server}; {offsetMsMax} ms are allowed.',
      'Events go on; their pictures are leads only.',
      'Have the operating system keep the time: chrony or systemd-timesyncd.',
    ],
    [
      '本机时钟与 {server} 相差 {offsetMs} 毫秒；允许 {offsetMsMax} 毫秒。',
      '事件照常上报，其图像仅作线索。',
      '请启用操作系统校时：chrony 或 systemd-timesyncd。',
    ],
  ),
  CERTIFICATE_BAD: entry(
    ['The certificate {file} cannot be relied on ({reason}).', 'Whoever checks it will refuse.', 'Renew it.'],
    ['证书 {file} 不可信（{reason}）。', '对端校验时会拒绝连接。', '请更新证书。'],
  ),
  KEY_NOT_MADE: entry(
    [
      'There is no signing key in {folder} yet.',
      'The first start of the gateway makes one.',
      'Make it now with `lushao keys init`, and keep its public part with the platform.',
    ],
    [
      '{folder} 中尚无签名密钥。',
      '网关首次启动时会生成。',
      '请用 `lushao keys init` 生成，并将公钥交平台保存。',
    ],
  ),
  SIMULATOR_SOURCE_UNREADABLE: entry(
    [
      'The simulator cannot read {path} ({reason}).',
      'The simulated camera does not start.',
      'Give a file that `ffprobe` can read; ffmpeg 5.1 or newer must be installed.',
    ],
    [
      '模拟器无法读取 {path}（{reason}）。',
      '该模拟摄像机不会启动。',
      '请提供 `ffprobe` 能读取的文件，并安装 ffmpeg 5.1 或更新版本。',
    ],
  ),
  SIMULATOR_SCENE_FAILED: entry(
    [
      'The scene {path} could not be filmed ({reason}).',
      'No film is left.',
      'Check the folder, its free space and ffmpeg.',
    ],
    ['场景 {path} 生成失败（{reason}）。', '未留下视频文件。', '请检查目录、剩余空间和 ffmpeg。'],
  ),
  SIMULATOR_PORT_TAKEN: entry(
    [
      'The simulated device cannot listen on {host}:{port} ({reason}).',
      'It does not start.',
      'Choose another port, or 0 for any free one.',
    ],
    [
      '模拟设备无法监听 {host}:{port}（{reason}）。',
      '它不会启动。',
      '请换一个端口，或用 0 表示任意空闲端口。',
    ],
  ),
}
