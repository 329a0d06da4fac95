// A program that ends in each of the ways in which a command can end. selftest.sh runs it in a guest, to test the test bed.

#include <arpa/inet.h>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

int print_arguments(char** arguments) {
    for (; *arguments; ++arguments) printf("[%s]", *arguments);
    return puts("") < 0;
}

int print_every_byte() {
    for (int byte = 0; byte < 256; ++byte) putchar(byte);
    return 0;
}

int end_by_signal(int number) {
    signal(number, SIG_DFL);
    return raise(number);
}

// The child has a session of its own. It must be killed at the timeout too.
int hang() {
    if (fork() == 0) setsid();
    for (;;) pause();
}

int crash_kernel() {
    const int trigger = open("/proc/sysrq-trigger", O_WRONLY);
    return write(trigger, "c", 1) == 1 ? 0 : 1;
}

int number_of_processes() {
    int number = 0;
    for (int pid = 2; pid < 1000; ++pid) {
        const std::string stat = "/proc/" + std::to_string(pid) + "/cmdline";
        char first = 0;
        const int fd = open(stat.c_str(), O_RDONLY);
        if (fd >= 0 && read(fd, &first, 1) == 1) ++number;  // kernel threads and zombies have no command line
        close(fd);
    }
    return number;
}

// The parent of the grandchild ends, so the first process must reap it. Fails if a zombie stays.
int leave_orphan() {
    int alive[2];
    if (pipe(alive) != 0) return 1;
    if (const pid_t child = fork(); child != 0) {
        waitpid(child, nullptr, 0);
        pid_t orphan = 0;
        if (read(alive[0], &orphan, sizeof orphan) != sizeof orphan) return 1;
        for (int tries = 0; tries < 100 && kill(orphan, 0) == 0; ++tries) usleep(20'000);
        return kill(orphan, 0) == 0;
    }
    if (fork() == 0) {
        const pid_t self = getpid();
        _exit(write(alive[1], &self, sizeof self) != sizeof self);
    }
    _exit(0);
}

int reach_loopback() {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(4711);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const auto* any_address = reinterpret_cast<const sockaddr*>(&address);
    const int server = socket(AF_INET, SOCK_STREAM, 0);
    const int client = socket(AF_INET, SOCK_STREAM, 0);
    return bind(server, any_address, sizeof address) != 0 || listen(server, 1) != 0 ||
           connect(client, any_address, sizeof address) != 0;
}

// Writes 3 MB without repetition, which do not end at a block boundary.
int write_result() {
    FILE* out = fopen("/out", "w");
    for (int number = 0; number < 400'001; ++number) fprintf(out, "%07d\n", number);
    return fclose(out);
}

int copy_to_output(const char* path) {
    FILE* file = fopen(path, "r");
    if (!file) return 1;
    for (int byte; (byte = getc(file)) != EOF;) putchar(byte);
    return fclose(file);
}

}  // namespace

int main(int argc, char** argv) {
    const std::string_view what = argc > 1 ? argv[1] : "";
    const char* value = argc > 2 ? argv[2] : "";
    if (what == "print") return print_arguments(argv + 2);
    if (what == "bytes") return print_every_byte();
    if (what == "exit") return atoi(value);
    if (what == "signal") return end_by_signal(atoi(value));
    if (what == "hang") return hang();
    if (what == "processes") return number_of_processes() - 1;
    if (what == "panic") return crash_kernel();
    if (what == "orphan") return leave_orphan();
    if (what == "loopback") return reach_loopback();
    if (what == "result") return write_result();
    if (what == "cat") return copy_to_output(value);
    fprintf(stderr, "selftest_guest: what is '%s'?\n", argc > 1 ? argv[1] : "");
    return 99;
}
