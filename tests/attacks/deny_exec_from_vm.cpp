// Ways to run code from a file system that deny-exec-from refuses. The guest's root is a tmpfs, so /tmp is refused by default.
#include <doctest/doctest.h>

#include <fcntl.h>
#include <sched.h>
#include <sys/ipc.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <functional>
#include <string>

#include <lsmith/btf/explore/hooks.hpp>
#include <lsmith/tests/harness/policy/attack.hpp>
#include <lsmith/tests/harness/attacks/code_files.hpp>
#include <lsmith/tests/harness/attacks/memory.hpp>
#include <lsmith/tests/harness/attacks/namespaces.hpp>
#include <lsmith/tests/harness/attacks/overlays.hpp>
#include <lsmith/tests/harness/policy/policies.hpp>

namespace {

using namespace lsmith;
using namespace lsmith::tests;

/// The directories that the attacks use: two with a program each, and two to mount on.
struct tmpfs_directories {
  attack_directory top{"/tmp/lsmith-attack"};
  std::string a = top / "a", b = top / "b", upper = top / "upper", work = top / "work", onto = top / "onto";

  tmpfs_directories() {
    for (const std::string& one : {a, b, upper, work, onto}) {
      mkdir(one.c_str(), 0777);
      chmod(one.c_str(), 0777);
    }
    add_program(a + "/prog");
    add_program(b + "/other");
  }
};

int run_mounted(const char* type, const std::string& onto) {
  if (mount(type, onto.c_str(), type, 0, "") != 0) return not_possible;
  return run_path(add_program(onto + "/prog"));
}

int run_detached(const char* type) {
  const int root = detached_mount(type);
  if (root < 0) return not_possible;
  return run_path(add_program("/proc/self/fd/" + std::to_string(root) + "/prog"));
}

int map_detached(const char* type, const std::function<int(int)>& use) {
  const int root = detached_mount(type);
  if (root < 0) return not_possible;
  return use(open(add_program("/proc/self/fd/" + std::to_string(root) + "/prog").c_str(), O_RDONLY));
}

int as_user(const std::function<int()>& body) { return become_user_with_namespaces() ? body() : not_possible; }

/// A program on an overlay is killed when its code is mapped: then the policy has denied it.
int run_or_be_killed(const std::string& path) {
  const int result = in_child([&] { return run_path(path); });
  return result == 128 + SIGSEGV || result == 128 + SIGKILL ? EACCES : result;
}

int use_overlay(const tmpfs_directories& at, const std::function<int(const std::string&)>& use) {
  if (mount_overlay(at.a + ":" + at.b, "", "", at.onto) != 0) return not_possible;
  return use(at.onto + "/prog");
}

int use_upper(const tmpfs_directories& at) {
  if (mount_overlay(at.b, at.upper, at.work, at.onto) != 0) return not_possible;
  return run_or_be_killed(add_program(at.onto + "/new"));
}

int map_path(const std::string& path) { return map_code(open(path.c_str(), O_RDONLY)); }
int make_path(const std::string& path) { return make_code(open(path.c_str(), O_RDONLY)); }

}  // namespace

TEST_SUITE_BEGIN("lsm");

TEST_CASE("attacks on deny-exec-from") {
  load_module("overlay");
  const tmpfs_directories at;
  const std::string program = at.a + "/prog";
  const bool sees_below = btf::find_hook(kernel_types(), "mmap_backing_file").has_value();
  const char* on_overlay = sees_below ? "file-system" : "mounted-by-user";
  const auto in_own_mounts = [](const std::function<int()>& body) { return enter_mount_namespace() ? body() : not_possible; };
  const auto overlay_of_root = [&] { return in_own_mounts([&] { return use_overlay(at, run_or_be_killed); }); };
  const auto mapped_on_overlay = [&] { return in_own_mounts([&] { return use_overlay(at, map_path); }); };

  attack(
      {.words = {"deny-exec-from"},
       .bypasses = {
           denied("program on tmpfs", "file-system", [&] { return run_path(program); }),
           denied("program on tmpfs by descriptor", "file-system",
                  [&] { return run_descriptor(open(program.c_str(), O_RDONLY)); }),
           denied("program on tmpfs by O_PATH descriptor", "file-system",
                  [&] { return run_descriptor(open(program.c_str(), O_PATH)); }),
           denied("library on tmpfs", "file-system", [&] { return map_path(program); }),
           denied("data on tmpfs made executable", "file-system", [&] { return make_path(program); }),
           is_remapping_judged() ? denied("data on tmpfs by remap_file_pages", "file-system", [&] { return remap_code(program); })
                                 : open_to("data on tmpfs by remap_file_pages", "", [&] { return remap_code(program); }),
           denied("memory file", "file-system", [] { return run_descriptor(memory_file()); }),
           denied("memory file mapped", "file-system", [] { return map_code(memory_file()); }),
           denied("shared segment", "file-system", try_shared_segment),
           denied("ramfs mounted by root", "file-system",
                  [&] { return in_own_mounts([&] { return run_mounted("ramfs", at.onto); }); }),
           denied("detached tmpfs", "file-system", [] { return run_detached("tmpfs"); }),
           denied("detached ramfs", "file-system", [] { return run_detached("ramfs"); }),
           denied("library on a detached ramfs", "file-system", [] { return map_detached("ramfs", map_code); }),
           denied("tmpfs mounted by a user", "file-system",
                  [&] { return as_user([&] { return run_mounted("tmpfs", at.onto); }); }),
           denied("overlay mounted by a user over tmpfs", on_overlay,
                  [&] { return as_user([&] { return use_overlay(at, run_or_be_killed); }); }),
           denied("overlay mounted by a user, with an upper directory", on_overlay,
                  [&] { return as_user([&] { return use_upper(at); }); }),
           denied("library on an overlay mounted by a user", on_overlay,
                  [&] { return as_user([&] { return use_overlay(at, map_path); }); }),
           denied("data on an overlay made executable", "file-system",
                  [&] { return in_own_mounts([&] { return use_overlay(at, make_path); }); }),
           sees_below ? denied("library on an overlay mounted by root", "file-system", mapped_on_overlay)
                      : open_to("library on an overlay mounted by root", "guard-mounts", mapped_on_overlay),
           sees_below ? denied("overlay mounted by root over tmpfs", "file-system", overlay_of_root)
                      : open_to("overlay mounted by root over tmpfs", "guard-mounts", overlay_of_root),
       }});

  attack(
      {.words = {"deny-exec-from", "--from", "tmpfs,proc"},
       .bypasses = {
           denied("ramfs mounted by a user", "mounted-by-user",
                  [&] { return as_user([&] { return run_mounted("ramfs", at.onto); }); }),
           denied("detached ramfs of a user", "mounted-by-user", [&] { return as_user([] { return run_detached("ramfs"); }); }),
           denied("library on a detached ramfs of a user", "mounted-by-user",
                  [&] { return as_user([] { return map_detached("ramfs", map_code); }); }),
           denied("data on a detached ramfs of a user made executable", "mounted-by-user",
                  [&] { return as_user([] { return map_detached("ramfs", make_code); }); }),
           open_to("ramfs that is not in the list, mounted by root", "guard-mounts",
                   [&] { return in_own_mounts([&] { return run_mounted("ramfs", at.onto); }); }),
       }});
}

TEST_SUITE_END();
