// Ways to run code on an overlay that its lower layer does not contain.
#include <doctest/doctest.h>

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <functional>
#include <string>

#include <lsmith/tests/harness/attacks/code_files.hpp>
#include <lsmith/tests/harness/attacks/namespaces.hpp>
#include <lsmith/tests/harness/attacks/overlays.hpp>
#include <lsmith/tests/harness/policy/attack.hpp>
#include <lsmith/tests/harness/policy/policies.hpp>
#include <lsmith/tests/harness/process/guest.hpp>

namespace {

using namespace lsmith::tests;

/// A container's file system: an overlay whose lower layer has programs.
class container {
 public:
  container() {
    for (const std::string& one : {lower_, empty_, upper_, work_, root, onto}) {
      mkdir(one.c_str(), 0777);
      chmod(one.c_str(), 0777);
    }
    for (const char* name : {"program", "changed", "renamed", "reowned", "linked", "opened", "mapped"})
      add_program(lower_ + "/" + name);
    result = mount_overlay(lower_ + ":" + empty_, upper_, work_, root);
  }
  ~container() { umount2(root.c_str(), MNT_DETACH); }
  container(const container&) = delete;
  container& operator=(const container&) = delete;

  std::string operator/(const std::string& name) const { return root + "/" + name; }
  std::string in_upper(const std::string& name) const { return upper_ + "/" + name; }

 private:
  attack_directory top_{"/tmp/lsmith-drift"};
  std::string lower_ = top_ / "lower", empty_ = top_ / "empty", upper_ = top_ / "upper", work_ = top_ / "work";

 public:
  std::string root = top_ / "root", onto = top_ / "onto";
  int result = 0;  ///< of mounting it
};

void change(const std::string& path) { close(open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC)); }

int map_path(const std::string& path) { return map_code(open(path.c_str(), O_RDONLY)); }
int make_path(const std::string& path) { return make_code(open(path.c_str(), O_RDONLY)); }

int opened_before = -1;

/// An overlay over the first one, whose new file is then in a lower layer.
int run_from_second_overlay(const container& at) {
  const std::string second = at / "second";
  mkdir(second.c_str(), 0777);
  add_program(second + "/new");
  if (mount_overlay(second + ":" + at.root, "", "", at.onto) != 0) return not_possible;
  return run_path(at.onto + "/new");
}

}  // namespace

TEST_SUITE_BEGIN("lsm");

TEST_CASE("bypasses of deny-drift") {
  load_module("overlay");
  const container at;
  REQUIRE(at.result == 0);
  const std::string added = add_program(at / "new"), script = add_program(at / "script", "#!" + (at / "program") + "\n");
  const auto drift = [](const char* what, std::function<int()> attack) { return denied(what, "drift", std::move(attack)); };
  attack({.words = {"deny-drift"},
          .bypasses = {
              drift("new program", [&] { return run_path(added); }),
              drift("new program by descriptor", [&] { return run_descriptor(open(added.c_str(), O_RDONLY)); }),
              drift("new program by O_PATH descriptor", [&] { return run_descriptor(open(added.c_str(), O_PATH)); }),
              drift("new script", [&] { return run_path(script); }),
              drift("new library", [&] { return map_path(added); }),
              drift("new data made executable", [&] { return make_path(added); }),
              is_remapping_judged() ? denied("new data by remap_file_pages", "drift", [&] { return remap_code(added); })
                                    : open_to("new data by remap_file_pages", "", [&] { return remap_code(added); }),
              drift("changed program",
                    [&] {
                      change(at / "changed");
                      return run_path(at / "changed");
                    }),
              drift("changed program by a descriptor from before",
                    [&] {
                      change(at / "opened");
                      return run_descriptor(opened_before);
                    })
                  .after([&] { opened_before = open((at / "opened").c_str(), O_RDONLY | O_CLOEXEC); }),
              drift("changed library",
                    [&] {
                      change(at / "mapped");
                      return map_path(at / "mapped");
                    }),
              drift("program with another owner",
                    [&] { return chown((at / "reowned").c_str(), 1, 1) == 0 ? run_path(at / "reowned") : errno; }),
              drift("program with another name",
                    [&] {
                      std::rename((at / "renamed").c_str(), (at / "name").c_str());
                      return run_path(at / "name");
                    }),
              drift("program with a second name",
                    [&] {
                      if (link((at / "linked").c_str(), (at / "link").c_str()) != 0 && errno != EEXIST) return errno;
                      return run_path(at / "link");
                    }),
              drift("unnamed file",
                    [&] {
                      const int file = open(at.root.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0700);
                      if (file < 0) return not_possible;  // before Linux 6.3
                      put(file, smallest_program());
                      return run_descriptor(reopened(file));
                    }),
              drift("deleted file", [&] { return run_descriptor(deleted_file(at.root)); }),
              denied("overlay mounted by a user over it", "mounted-by-user",
                     [&] { return become_user_with_namespaces() ? run_from_second_overlay(at) : not_possible; }),
              open_to("overlay mounted by root over it", "guard-mounts",
                      [&] { return enter_mount_namespace() ? run_from_second_overlay(at) : not_possible; }),
              open_to("file of the upper layer by its own path", "deny-drift --overlay-only",
                      [&] { return run_path(at.in_upper("new")); }),
              open_to("memory file", "deny-fileless-exec", [] { return run_descriptor(memory_file()); }),
              open_to("data of the lower layer made executable", "", [&] { return make_path(at / "program"); }),
              open_to("program of the lower layer", "", [&] { return run_path(at / "program"); }),
          }});
}

TEST_CASE("bypasses of deny-drift --overlay-only") {
  load_module("overlay");
  const container at;
  REQUIRE(at.result == 0);
  const std::string added = add_program(at / "new");
  const auto elsewhere = [](const char* what, std::function<int()> attack) {
    return denied(what, "no-overlay", std::move(attack));
  };
  attack(
      {.words = {"deny-drift", "--overlay-only"},
       .bypasses = {
           elsewhere("file of the upper layer by its own path, with --overlay-only",
                     [&] { return run_path(at.in_upper("new")); }),
           elsewhere("library of the upper layer by its own path", [&] { return map_path(at.in_upper("new")); }),
           elsewhere("data of the upper layer by its own path made executable", [&] { return make_path(at.in_upper("new")); }),
           elsewhere("memory file, with --overlay-only", [] { return run_descriptor(memory_file()); }),
           denied("new data made executable, with --overlay-only", "drift", [&] { return make_path(added); }),
           open_to("data of the lower layer made executable, with --overlay-only", "", [&] { return make_path(at / "program"); }),
           open_to("program of the lower layer, with --overlay-only", "", [&] { return run_path(at / "program"); }),
       }});
}

TEST_SUITE_END();
