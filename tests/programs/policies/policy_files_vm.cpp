// protect-files: a protected file and a protected directory are attacked by every name and every call. The same is done to an
// unprotected file, which must be allowed.
#include <doctest/doctest.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>

#include <lsmith/tests/harness/policy/attempt.hpp>

namespace {

using namespace lsmith;
using namespace lsmith::tests;

const std::string root = "/tmp/lsmith-files";

/// A directory tree to attack. Each attempt has its own, because a successful attack changes it.
struct tree {
  std::string top, file = top + "/secret", other = top + "/other", directory = top + "/directory", inner = directory + "/inner",
                   second_name = top + "/second-name", fresh = top + "/new", within = directory + "/new";

  explicit tree(const std::string& name) : top(root + '/' + name) {
    std::filesystem::create_directories(directory);
    for (const std::string& one : {file, other, inner}) std::ofstream(one) << "content";
    std::filesystem::create_hard_link(file, second_name);
  }
};

struct file_attempt {
  const char* what;
  std::function<int(const tree&)> body;
  const char* rule;  ///< the rule that denies it; null if it must be allowed
};

/// Tries each three times: a process that is not bound, on a protected tree; a bound process, on an unprotected tree; and a
/// bound process, on a protected tree. Only the last is refused.
void check_file_attempts(bool from_reading, const std::vector<file_attempt>& all) {
  std::filesystem::remove_all(root);
  std::vector<tree> attacked, used, apart;
  std::string paths;
  for (std::size_t i = 0; i < all.size(); ++i) {
    attacked.emplace_back("attacked" + std::to_string(i));
    used.emplace_back("used" + std::to_string(i));
    apart.emplace_back("apart" + std::to_string(i));
    for (const tree& one : {attacked[i], used[i]}) paths += (paths.empty() ? "" : ",") + one.file + "," + one.directory;
  }
  programs::option_values values = {{"path", paths}};
  if (from_reading) values.emplace("reading", "");
  const bound_group bound("protect-files", values);
  for (std::size_t i = 0; i < all.size(); ++i) {
    CAPTURE(std::string(all[i].what));
    CHECK(in_child([&] { return all[i].body(used[i]); }) == 0);
    CHECK(bound.inside([&] { return all[i].body(apart[i]); }) == 0);
    CHECK(bound.decided().empty());
    CHECK(bound.inside([&] { return all[i].body(attacked[i]); }) == (all[i].rule == nullptr ? 0 : EPERM));
    CHECK(bound.decided() == (all[i].rule == nullptr ? "" : all[i].rule));
  }
  std::filesystem::remove_all(root);
}

}  // namespace

TEST_SUITE_BEGIN("lsm");

TEST_CASE("protect-files: a file, and the files in a directory, cannot be changed or replaced by any name or call") {
  check_file_attempts(
      false,
      {
          {"write it", [](const tree& in) { return try_open(in.file, O_WRONLY); }, "opened-to-write"},
          {"write it by its second name", [](const tree& in) { return try_open(in.second_name, O_RDWR); }, "opened-to-write"},
          {"truncate it", [](const tree& in) { return outcome_of(truncate(in.file.c_str(), 0)); }, "attributes"},
          {"remove it", [](const tree& in) { return outcome_of(unlink(in.file.c_str())); }, "removed"},
          {"rename it", [](const tree& in) { return outcome_of(rename(in.file.c_str(), in.fresh.c_str())); }, "renamed"},
          {"rename over it", [](const tree& in) { return outcome_of(rename(in.other.c_str(), in.file.c_str())); }, "replaced"},
          {"give it a name", [](const tree& in) { return outcome_of(link(in.file.c_str(), in.fresh.c_str())); }, "linked"},
          {"change its mode", [](const tree& in) { return outcome_of(chmod(in.file.c_str(), 0777)); }, "attributes"},
          {"change its owner", [](const tree& in) { return outcome_of(chown(in.second_name.c_str(), 7, 7)); }, "attributes"},
          {"write in the directory", [](const tree& in) { return try_open(in.inner, O_WRONLY); }, "opened-to-write"},
          {"make a file in the directory", [](const tree& in) { return try_open(in.within, O_CREAT | O_WRONLY); }, "created"},
          {"make a directory in it", [](const tree& in) { return outcome_of(mkdir(in.within.c_str(), 0700)); }, "created"},
          {"make a link in it", [](const tree& in) { return outcome_of(symlink("/", in.within.c_str())); }, "created"},
          {"make a device in it", [](const tree& in) { return outcome_of(mknod(in.within.c_str(), S_IFIFO | 0600, 0)); },
           "created"},
          {"remove from the directory", [](const tree& in) { return outcome_of(unlink(in.inner.c_str())); }, "removed"},
          {"rename out of the directory", [](const tree& in) { return outcome_of(rename(in.inner.c_str(), in.fresh.c_str())); },
           "renamed"},
          {"rename into the directory", [](const tree& in) { return outcome_of(rename(in.other.c_str(), in.within.c_str())); },
           "replaced"},
          {"rename the directory", [](const tree& in) { return outcome_of(rename(in.directory.c_str(), in.fresh.c_str())); },
           "renamed"},

          {"read it", [](const tree& in) { return try_open(in.file, O_RDONLY); }, nullptr},
          {"read in the directory", [](const tree& in) { return try_open(in.inner, O_RDONLY); }, nullptr},
          {"write another file", [](const tree& in) { return try_open(in.other, O_WRONLY); }, nullptr},
          {"remove another file", [](const tree& in) { return outcome_of(unlink(in.other.c_str())); }, nullptr},
      });
}

TEST_CASE("protect-files --reading: it cannot be read either, by any of its names") {
  check_file_attempts(
      true, {
                {"read it", [](const tree& in) { return try_open(in.file, O_RDONLY); }, "opened"},
                {"read it by its second name", [](const tree& in) { return try_open(in.second_name, O_RDONLY); }, "opened"},
                {"read another file", [](const tree& in) { return try_open(in.other, O_RDONLY); }, nullptr},
            });
}

TEST_CASE("protect-files: a path of any length leads to the same file") {
  const tree in("deep");
  REQUIRE(chdir(in.top.c_str()) == 0);
  for (int level = 0; level < 60; ++level) {  // longer than PATH_MAX, so that only a relative path reaches it
    const std::string name(100, 'd');
    REQUIRE(mkdir(name.c_str(), 0700) == 0);
    REQUIRE(chdir(name.c_str()) == 0);
  }
  REQUIRE(link(in.file.c_str(), "deep") == 0);
  {
    const bound_group bound("protect-files", {{"path", in.file}});
    CHECK(bound.inside([] { return try_open("deep", O_WRONLY); }) == EPERM);
    CHECK(in_child([] { return try_open("deep", O_WRONLY); }) == 0);
    CHECK(bound.decided() == "opened-to-write");
  }
  unlink("deep");
  REQUIRE(chdir("/") == 0);
  std::filesystem::remove_all(root);
}

TEST_SUITE_END();
