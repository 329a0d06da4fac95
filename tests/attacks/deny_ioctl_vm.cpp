// Ways to call TIOCSTI, and ways to type into a terminal without it.
#include <doctest/doctest.h>

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>

#include <lsmith/btf/base/fd.hpp>
#include <lsmith/tests/harness/policy/attack.hpp>
#include <lsmith/tests/harness/attacks/compat.hpp>
#include <lsmith/tests/harness/policy/policies.hpp>

namespace {

using namespace lsmith;
using namespace lsmith::tests;

/// A new terminal, and what leads to it.
struct terminal {
  fd master{posix_openpt(O_RDWR | O_NOCTTY)}, slave;

  terminal() {
    int number = 0, unlocked = 0;
    if (ioctl(master.get(), TIOCGPTN, &number) != 0 || ioctl(master.get(), TIOCSPTLCK, &unlocked) != 0) return;
    slave = fd(open(("/dev/pts/" + std::to_string(number)).c_str(), O_RDWR | O_NOCTTY));
  }
};

int type_into(int file) { return outcome_of(ioctl(file, TIOCSTI, "x")); }

/// With the terminal that is given to `body`; the machine may have none.
bypass on_terminal(const char* what, const char* rule, const std::function<int(const terminal&)>& body) {
  const auto attack = [body] {
    const terminal own;
    return own.slave ? body(own) : not_possible;
  };
  return rule != nullptr ? denied(what, rule, attack) : open_to(what, "", attack);
}

}  // namespace

TEST_SUITE_BEGIN("lsm");

TEST_CASE("attacks on deny-ioctl") {
  mkdir("/dev/pts", 0755);
  mount("devpts", "/dev/pts", "devpts", 0, "ptmxmode=0666");
  std::ofstream("/proc/sys/dev/tty/legacy_tiocsti") << "1";
  attack({.words = {"deny-ioctl", "--command", "TIOCSTI,TIOCLINUX,TIOCSETD"},
          .bypasses = {
              on_terminal("TIOCSTI", "ioctl", [](const terminal& in) { return type_into(in.slave.get()); }),
              on_terminal("TIOCSTI on the master side", "ioctl", [](const terminal& in) { return type_into(in.master.get()); }),
              on_terminal("TIOCSTI by a copy of the descriptor", "ioctl",
                          [](const terminal& in) { return type_into(dup(in.slave.get())); }),
              on_terminal("TIOCSTI by the controlling terminal", "ioctl",
                          [](const terminal& in) {
                            signal(SIGHUP, SIG_IGN);  // sent when the terminal is closed
                            if (setsid() < 0 || ioctl(in.slave.get(), TIOCSCTTY, 0) != 0) return not_possible;
                            const fd own(open("/dev/tty", O_RDWR));
                            return own ? type_into(own.get()) : not_possible;
                          }),
              on_terminal(
                  "TIOCSTI with bits above the lowest 32", "ioctl",
                  [](const terminal& in) { return outcome_of(syscall(SYS_ioctl, in.slave.get(), 0x700000000L | TIOCSTI, "x")); }),
              on_terminal("TIOCSTI of a 32-bit program", "ioctl",
                          [](const terminal& in) {
                            const int result = compat_ioctl(in.slave.get(), TIOCSTI, "x");
                            return result == ENOSYS ? not_possible : result;
                          }),
              on_terminal("TIOCSETD", "ioctl",
                          [](const terminal& in) {
                            int discipline = 0;
                            return outcome_of(ioctl(in.slave.get(), TIOCSETD, &discipline));
                          }),
              on_terminal("writing to the master side", nullptr,
                          [](const terminal& in) { return outcome_of(write(in.master.get(), "x", 1)); }),
          }});
}

TEST_SUITE_END();
