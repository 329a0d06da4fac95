// protect-files: a file and a folder, attacked by every name and every call, beside a file that nobody protects.
#include <doctest/doctest.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

#include <lsmith/tests/harness/attempt.hpp>

namespace {

using namespace lsmith;
using namespace lsmith::tests;

const std::string root = "/tmp/lsmith-files", file = root + "/secret", other = root + "/other", folder = root + "/folder",
                  inner = folder + "/inner", second_name = root + "/second-name";

/// The tree that is attacked, anew for each attempt: an attack that succeeds must not spoil the next.
void make_tree() {
  std::filesystem::remove_all(root);
  std::filesystem::create_directories(folder);
  for (const std::string& one : {file, other, inner}) std::ofstream(one) << "content";
  std::filesystem::create_hard_link(file, second_name);
}

int try_open(const std::string& path, int flags) {
  const int opened = open(path.c_str(), flags | O_CLOEXEC, 0600);
  if (opened < 0) return errno;
  close(opened);
  return 0;
}

/// Tried by one that is not bound on a copy of the tree made for it, and by one that is bound on the protected tree.
void check_file_attempts(const programs::option_values& values, const std::vector<attempt>& all) {
  for (const attempt& one : all) {
    CAPTURE(std::string(one.what));
    make_tree();
    CHECK(in_child(one.body) == 0);
    make_tree();
    const bound_group bound("protect-files", values);
    CHECK(bound.inside(one.body) == (one.rule == nullptr ? 0 : EPERM));
    CHECK(bound.decided() == (one.rule == nullptr ? "" : one.rule));
  }
}

}  // namespace

TEST_SUITE_BEGIN("lsm");

TEST_CASE("protect-files: neither a file nor what lies in a folder is changed or replaced, by any name or call") {
  check_file_attempts({{"path", file + "," + folder}}, {
      {"write it", [] { return try_open(file, O_WRONLY); }, "opened-to-write"},
      {"write it by its second name", [] { return try_open(second_name, O_RDWR); }, "opened-to-write"},
      {"truncate it", [] { return outcome_of(truncate(file.c_str(), 0)); }, "attributes"},
      {"remove it", [] { return outcome_of(unlink(file.c_str())); }, "removed"},
      {"rename it", [] { return outcome_of(rename(file.c_str(), (root + "/new").c_str())); }, "renamed"},
      {"rename over it", [] { return outcome_of(rename(other.c_str(), file.c_str())); }, "replaced"},
      {"give it a name", [] { return outcome_of(link(file.c_str(), (root + "/new").c_str())); }, "linked"},
      {"change its mode", [] { return outcome_of(chmod(file.c_str(), 0777)); }, "attributes"},
      {"change its owner", [] { return outcome_of(chown(second_name.c_str(), 7, 7)); }, "attributes"},
      {"write in the folder", [] { return try_open(inner, O_WRONLY); }, "opened-to-write"},
      {"make a file in the folder", [] { return try_open(folder + "/new", O_CREAT | O_WRONLY); }, "created"},
      {"make a folder in it", [] { return outcome_of(mkdir((folder + "/new").c_str(), 0700)); }, "created"},
      {"make a link in it", [] { return outcome_of(symlink("/", (folder + "/new").c_str())); }, "created"},
      {"make a device in it", [] { return outcome_of(mknod((folder + "/new").c_str(), S_IFIFO | 0600, 0)); }, "created"},
      {"remove from the folder", [] { return outcome_of(unlink(inner.c_str())); }, "removed"},
      {"rename out of the folder", [] { return outcome_of(rename(inner.c_str(), (root + "/new").c_str())); }, "renamed"},
      {"rename into the folder", [] { return outcome_of(rename(other.c_str(), (folder + "/new").c_str())); }, "replaced"},
      {"rename the folder", [] { return outcome_of(rename(folder.c_str(), (root + "/new").c_str())); }, "renamed"},

      {"read it", [] { return try_open(file, O_RDONLY); }, nullptr},
      {"read in the folder", [] { return try_open(inner, O_RDONLY); }, nullptr},
      {"write beside it", [] { return try_open(other, O_WRONLY); }, nullptr},
      {"remove beside it", [] { return outcome_of(unlink(other.c_str())); }, nullptr},
  });
  std::filesystem::remove_all(root);
}

TEST_CASE("protect-files --reading: it cannot be read either, by either name") {
  check_file_attempts({{"path", file}, {"reading", ""}}, {
      {"read it", [] { return try_open(file, O_RDONLY); }, "opened"},
      {"read it by its second name", [] { return try_open(second_name, O_RDONLY); }, "opened"},
      {"read beside it", [] { return try_open(other, O_RDONLY); }, nullptr},
  });
  std::filesystem::remove_all(root);
}

TEST_CASE("protect-files: a path of any length leads to the same file") {
  make_tree();
  std::string folder_path = root;
  REQUIRE(chdir(root.c_str()) == 0);
  for (int level = 0; level < 60; ++level) {  // beyond PATH_MAX, which only a relative way reaches
    const std::string name(100, 'd');
    REQUIRE(mkdir(name.c_str(), 0700) == 0);
    REQUIRE(chdir(name.c_str()) == 0);
  }
  REQUIRE(link(file.c_str(), "deep") == 0);
  {
    const bound_group bound("protect-files", {{"path", file}});
    CHECK(bound.inside([] { return try_open("deep", O_WRONLY); }) == EPERM);
    CHECK(in_child([] { return try_open("deep", O_WRONLY); }) == 0);
    CHECK(bound.decided() == "opened-to-write");
  }
  unlink("deep");
  REQUIRE(chdir("/") == 0);
  std::filesystem::remove_all(root);
}

TEST_SUITE_END();
