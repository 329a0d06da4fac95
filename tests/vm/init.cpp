// The first process of a test guest. When the kernel starts it, there are no mounts, no network and no shell. It mounts what
// the tested programs need, runs the command lines in /vm/commands one after another, and powers the machine off.
//
// The guest has three serial ports, so that the three kinds of output are not mixed:
//   ttyS0  the kernel's console
//   ttyS1  the commands' stdout and stderr, byte for byte
//   ttyS2  the reports of this program, one line each, for boot.sh to read:
//            ready
//            ran 1 exit 0 132              command 1 ended with status 0 after 132 ms
//            ran 2 signal 11 7             ... by a signal
//            ran 3 timeout 5000            ... was killed, with all processes that it had started
//            ran 4 unstartable No such file or directory
//            end
//          If it cannot continue, "broken" and the reason replace the rest.
//
// It reads two kernel parameters from /proc/cmdline, because the kernel does not pass parameters with a dot to init: they are
// for modules.
//   vm.nomount=securityfs,sysfs   do not mount these (names as in the table of mounts below)
//   vm.timeout=SECONDS            the time limit of a command
//
// A command can write a result to the file /out. It is copied to the host through the first NVMe disk, if there is one: a block
// with the length, then the bytes. A serial port would be too slow for megabytes.

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <net/if.h>
#include <sstream>
#include <string>
#include <string_view>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>
#include <vector>

namespace {

struct filesystem {
    const char* name;
    const char* type;
    const char* where;
};

constexpr filesystem mounts[] = {
    {"proc", "proc", "/proc"},
    {"sysfs", "sysfs", "/sys"},
    {"devtmpfs", "devtmpfs", "/dev"},
    {"securityfs", "securityfs", "/sys/kernel/security"},
    {"cgroup2", "cgroup2", "/sys/fs/cgroup"},
    {"bpffs", "bpf", "/sys/fs/bpf"},
    {"debugfs", "debugfs", "/sys/kernel/debug"},
    {"tracefs", "tracefs", "/sys/kernel/tracing"},
    {"tmpfs", "tmpfs", "/tmp"},
};

// The devices are opened here, so that a guest may be booted without /dev.
constexpr filesystem own_devices = {"devices", "devtmpfs", "/vm/dev"};

int output = -1;
int reports = -1;
int nothing = -1;

bool write_all(int fd, std::string_view text) {
    while (!text.empty()) {
        const ssize_t written = write(fd, text.data(), text.size());
        if (written < 0 && errno != EINTR) return false;
        if (written > 0) text.remove_prefix(static_cast<size_t>(written));
    }
    return true;
}

void report(const std::string& line) {
    write_all(reports, line + '\n');
}

[[noreturn]] void power_off() {
    tcdrain(output);
    tcdrain(reports);
    reboot(RB_POWER_OFF);
    abort();  // the kernel panics when its first process ends, and boot.sh reports that
}

[[noreturn]] void give_up(const std::string& what) {
    report("broken " + what + ": " + strerror(errno));
    power_off();
}

void make_directories(const std::string& path) {
    for (size_t slash = path.find('/', 1); slash != path.npos; slash = path.find('/', slash + 1))
        mkdir(path.substr(0, slash).c_str(), 0755);
    mkdir(path.c_str(), 0755);
}

void mount_one(const filesystem& fs) {
    make_directories(fs.where);
    if (mount(fs.name, fs.where, fs.type, 0, nullptr) != 0) give_up(std::string("mount ") + fs.name);
}

// Opens a serial port without waiting for a carrier, in raw mode: otherwise every \n becomes \r\n.
int open_serial(const char* path) {
    const int fd = open(path, O_WRONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0) give_up(path);
    termios mode{};
    tcgetattr(fd, &mode);
    cfmakeraw(&mode);
    mode.c_cflag |= CLOCAL;
    tcsetattr(fd, TCSANOW, &mode);
    fcntl(fd, F_SETFL, 0);
    return fd;
}

void open_devices() {
    mount_one(own_devices);
    reports = open_serial("/vm/dev/ttyS2");
    output = open_serial("/vm/dev/ttyS1");
    nothing = open("/vm/dev/null", O_RDONLY | O_CLOEXEC);
    umount2(own_devices.where, MNT_DETACH);  // busy, as its devices are open
}

std::string read_file(const char* path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
}

std::string kernel_parameter(const std::string& name) {
    mount_one(mounts[0]);
    std::istringstream words(read_file("/proc/cmdline"));
    umount("/proc");
    std::string value;
    for (std::string word; words >> word;)
        if (word.starts_with(name + '=')) value = word.substr(name.size() + 1);
    return value;
}

// A misspelt name is an error: otherwise the file system would be mounted after all.
void mount_all(const std::string& left_out) {
    std::string unknown = ',' + left_out + ',';
    for (const filesystem& fs : mounts) {
        const std::string name = std::string(fs.name) + ',';
        if (const size_t at = unknown.find(',' + name); at != unknown.npos) unknown.erase(at + 1, name.size());
        else mount_one(fs);
    }
    errno = EINVAL;
    if (unknown.find_first_not_of(',') != unknown.npos) give_up("vm.nomount=" + left_out);
}

// Brings up the loopback device. The kernel then gives it 127.0.0.1 and ::1.
void bring_up_loopback() {
    const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    ifreq request{};
    strcpy(request.ifr_name, "lo");
    request.ifr_flags = IFF_UP;
    if (ioctl(fd, SIOCSIFFLAGS, &request) != 0) give_up("loopback");
    close(fd);
}

// Splits a line at blanks. '...' and "..." keep blanks, and each can contain the other kind of quote. There are no escapes. The
// result is empty if a quote is not closed.
std::vector<std::string> split_command(std::string_view line) {
    std::vector<std::string> words;
    bool in_word = false;
    char quote = 0;
    for (const char c : line) {
        const bool is_blank = c == ' ' || c == '\t';
        if (!quote && is_blank) {
            in_word = false;
            continue;
        }
        if (!in_word) words.emplace_back();
        in_word = true;
        if (c == quote) quote = 0;
        else if (!quote && (c == '\'' || c == '"')) quote = c;
        else words.back() += c;
    }
    if (quote) words.clear();
    return words;
}

[[noreturn]] void become(const std::vector<std::string>& words, int errno_pipe) {
    setsid();
    dup2(nothing, 0);
    dup2(output, 1);
    dup2(output, 2);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);

    std::vector<char*> argv;
    for (const std::string& word : words) argv.push_back(const_cast<char*>(word.c_str()));
    argv.push_back(nullptr);
    execvp(argv[0], argv.data());
    write_all(errno_pipe, {reinterpret_cast<const char*>(&errno), sizeof errno});
    _exit(127);
}

using std::chrono::steady_clock;

long long milliseconds_since(steady_clock::time_point start) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(steady_clock::now() - start).count();
}

// Waits for a command. This process is also the parent of all orphans, so it reaps them here. SIGCHLD is blocked, so it stays
// pending until sigtimedwait takes it. Only the command and its descendants run, so after its time limit all processes are
// killed.
std::string wait_for(pid_t child, long long timeout_ms) {
    sigset_t child_ended;
    sigemptyset(&child_ended);
    sigaddset(&child_ended, SIGCHLD);
    const auto start = steady_clock::now();
    bool in_time = true;
    for (;;) {
        int status = 0;
        for (pid_t ended; (ended = waitpid(-1, &status, WNOHANG)) > 0;) {
            if (ended != child) continue;
            const std::string ms = std::to_string(milliseconds_since(start));
            if (!in_time) return "timeout " + ms;
            if (WIFSIGNALED(status)) return "signal " + std::to_string(WTERMSIG(status)) + ' ' + ms;
            return "exit " + std::to_string(WEXITSTATUS(status)) + ' ' + ms;
        }
        const long long left = timeout_ms - milliseconds_since(start);
        if (left <= 0 && in_time) {
            in_time = false;
            kill(-1, SIGKILL);
        }
        const timespec pause = {in_time ? left / 1000 : 1, in_time ? left % 1000 * 1'000'000 : 0};
        sigtimedwait(&child_ended, nullptr, &pause);
    }
}

std::string run_command(std::string_view line, long long timeout_ms) {
    const std::vector<std::string> words = split_command(line);
    if (words.empty()) return "unstartable it has no words, or leaves a quote open";
    int started[2];
    if (pipe2(started, O_CLOEXEC) != 0) give_up("pipe");
    const pid_t child = fork();
    if (child < 0) give_up("fork");
    if (child == 0) become(words, started[1]);

    close(started[1]);
    int why = 0;
    const bool failed = read(started[0], &why, sizeof why) == sizeof why;
    close(started[0]);
    const std::string result = wait_for(child, timeout_ms);
    return failed ? std::string("unstartable ") + strerror(why) : result;
}

void run_commands(long long timeout_ms) {
    std::ifstream commands("/vm/commands");
    if (!commands) give_up("/vm/commands");
    int number = 0;
    for (std::string line; std::getline(commands, line);) {
        const std::string result = run_command(line, timeout_ms);
        tcdrain(output);
        report("ran " + std::to_string(++number) + ' ' + result);
    }
}

// Opens the disk, and waits for it: the kernel detects it in the background.
int open_disk() {
    mount_one(own_devices);
    for (int tenths = 0; tenths < 50; ++tenths) {
        const int disk = open("/vm/dev/nvme0n1", O_WRONLY | O_CLOEXEC);
        if (disk >= 0) return disk;
        usleep(100'000);
    }
    give_up("/dev/nvme0n1 for /out");
}

void hand_out_result() {
    std::ifstream result("/out", std::ios::binary | std::ios::ate);
    if (!result) return;
    std::string block = std::to_string(result.tellg()) + '\n';
    block.resize(512);
    result.seekg(0);
    const int disk = open_disk();
    bool written = write_all(disk, block);
    while (written && result) {
        block.resize(1 << 20);
        result.read(block.data(), static_cast<std::streamsize>(block.size()));
        block.resize(static_cast<size_t>(result.gcount()));
        written = write_all(disk, block);
    }
    if (!written || fsync(disk) != 0) give_up("write /out to the disk");
}

}  // namespace

int main() {
    sigset_t child_ended;
    sigemptyset(&child_ended);
    sigaddset(&child_ended, SIGCHLD);
    sigprocmask(SIG_BLOCK, &child_ended, nullptr);

    open_devices();
    const std::string left_out = kernel_parameter("vm.nomount");
    const std::string timeout = kernel_parameter("vm.timeout");
    mount_all(left_out);
    bring_up_loopback();
    clearenv();
    setenv("PATH", "/bin", 1);
    setenv("HOME", "/tmp", 1);
    setenv("TERM", "dumb", 1);
    report("ready");

    run_commands((timeout.empty() ? 3600 : atoll(timeout.c_str())) * 1000);
    kill(-1, SIGKILL);
    hand_out_result();
    report("end");
    power_off();
}
