// Ways to change, replace or read a protected file, a file in a protected directory, one below a protected tree, and a protected
// name that does not exist.
#include <doctest/doctest.h>

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <deque>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include <lsmith/btf/base/fd.hpp>
#include <lsmith/loader/kernel/kernel_version.hpp>
#include <lsmith/tests/harness/policy/attack.hpp>
#include <lsmith/tests/harness/attacks/namespaces.hpp>
#include <lsmith/tests/harness/attacks/overlays.hpp>
#include <lsmith/tests/harness/policy/policies.hpp>

namespace {

using namespace lsmith;
using namespace lsmith::tests;

const std::string root = "/tmp/lsmith-attack";

/// What one attack has to itself: a protected file, directory, tree and name, and paths that are not protected.
struct tree {
  std::string top, file = top + "/secret", directory = top + "/directory", inner = directory + "/inner", below = top + "/tree",
                   deep = below + "/a/b/deep", absent = top + "/absent", other = top + "/other", outside = top + "/outside",
                   fresh = top + "/fresh", socket = directory + "/socket";

  explicit tree(const std::string& name) : top(root + '/' + name) { restore(); }

  std::string protected_paths() const { return file + "," + directory + "," + absent; }

  /// Makes what an attack has removed or renamed, and removes what it has made.
  void restore() const {
    std::error_code none;
    std::filesystem::remove_all(fresh, none);
    std::filesystem::remove_all(absent, none);
    for (const std::string& one : {directory, below + "/a/b", outside}) std::filesystem::create_directories(one, none);
    for (const std::string& one : {file, inner, deep, other, outside + "/inner"})
      if (!std::filesystem::exists(one)) std::ofstream(one) << "content";
  }
};

sockaddr_un address_of(const std::string& path) {
  sockaddr_un to = {.sun_family = AF_UNIX, .sun_path = {}};
  std::memcpy(to.sun_path, path.c_str(), path.size());
  return to;
}

/// A socket of this type that is bound to the path; the policy is attacked by connecting to it.
fd bound_socket(const std::string& path, int type) {
  fd made(::socket(AF_UNIX, type, 0));
  const sockaddr_un at = address_of(path);
  unlink(path.c_str());
  REQUIRE(bind(made.get(), reinterpret_cast<const sockaddr*>(&at), sizeof at) == 0);
  if (type == SOCK_STREAM) REQUIRE(listen(made.get(), 8) == 0);
  return made;
}

int connect_to(const std::string& path, int type) {
  const fd by(::socket(AF_UNIX, type, 0));
  const sockaddr_un to = address_of(path);
  return outcome_of(connect(by.get(), reinterpret_cast<const sockaddr*>(&to), sizeof to));
}

int send_to(const std::string& path) {
  const fd by(::socket(AF_UNIX, SOCK_DGRAM, 0));
  const sockaddr_un to = address_of(path);
  return outcome_of(sendto(by.get(), "x", 1, MSG_DONTWAIT, reinterpret_cast<const sockaddr*>(&to), sizeof to));
}

int bind_to(const std::string& path) {
  const fd made(::socket(AF_UNIX, SOCK_STREAM, 0));
  const sockaddr_un at = address_of(path);
  return outcome_of(bind(made.get(), reinterpret_cast<const sockaddr*>(&at), sizeof at));
}

std::string by_number(int file) { return "/proc/self/fd/" + std::to_string(file); }

/// Calls with a descriptor that was opened for reading.
int by_reading(const std::string& path, const std::function<long(int)>& change) {
  const fd file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  return outcome_of(change(file.get()));
}

int exchange(const std::string& one, const std::string& other) {
  constexpr unsigned RENAME_EXCHANGE_ = 2;
  return outcome_of(syscall(SYS_renameat2, AT_FDCWD, one.c_str(), AT_FDCWD, other.c_str(), RENAME_EXCHANGE_));
}

int exchange_twice(const std::string& one, const std::string& other) {
  const int result = exchange(one, other);
  return result == 0 ? exchange(one, other) : result;
}

int rename_twice(const std::string& from, const std::string& to) {
  const int result = outcome_of(rename(from.c_str(), to.c_str()));
  return result == 0 ? outcome_of(rename(to.c_str(), from.c_str())) : result;
}

/// Not every file system of a guest has such attributes.
int if_supported(int result) { return result == ENOTTY || result == EOPNOTSUPP || result == ENOSYS ? not_possible : result; }

int set_flags(int file) {
  int flags = 0;
  if (ioctl(file, FS_IOC_GETFLAGS, &flags) != 0) return -1;
  flags |= FS_NODUMP_FL;
  return ioctl(file, FS_IOC_SETFLAGS, &flags);
}

int set_file_attributes(const std::string& path) {
  constexpr long file_setattr = 469;
  struct {
    std::uint64_t xflags = 0x80;  // FS_XFLAG_NODUMP
    std::uint32_t extsize = 0, nextents = 0, projid = 0, cowextsize = 0;
  } attributes;
  return outcome_of(syscall(file_setattr, AT_FDCWD, path.c_str(), &attributes, sizeof attributes, 0));
}

/// An ACL with the three entries that every file has.
constexpr std::array<unsigned char, 28> smallest_acl = {2, 0, 0,   0,   1,   0,   6,  0, 255, 255, 255, 255, 4,   0,
                                                        4, 0, 255, 255, 255, 255, 32, 0, 4,   0,   255, 255, 255, 255};

int set_acl(const std::string& path) {
  return outcome_of(setxattr(path.c_str(), "system.posix_acl_access", smallest_acl.data(), smallest_acl.size(), 0));
}

int try_xattr(const std::string& path) { return outcome_of(setxattr(path.c_str(), "trusted.x", "y", 1, 0)); }

int remove_xattr(const std::string& path) { return outcome_of(removexattr(path.c_str(), "trusted.kept")); }

/// A file below more directories than the policy follows.
int write_very_deep(const std::string& top) {
  if (chdir(top.c_str()) != 0) return errno;
  for (int level = 0; level < 70; ++level) {
    mkdir("d", 0700);
    if (chdir("d") != 0) return errno;
  }
  return try_open("deep", O_CREAT | O_WRONLY);
}

int write_by_overlay(const tree& in) {
  const std::string work = in.top + "/work", onto = in.top + "/onto";
  mkdir(work.c_str(), 0700);
  mkdir(onto.c_str(), 0700);
  if (!enter_mount_namespace() || mount_overlay(in.outside, in.directory, work, onto) != 0) return not_possible;
  return try_open(onto + "/inner", O_WRONLY);
}

struct file_attack {
  const char* what;
  const char* rule;  ///< null: the policy does not deny it
  std::function<int(const tree&)> body;
  const char* denied_by = "";
};

/// Adds the attacks to the policy, each with a tree of its own.
void add(std::deque<tree>& trees, std::vector<bypass>& to, const std::vector<file_attack>& all) {
  for (const file_attack& one : all) {
    const tree& own = trees.emplace_back("t" + std::to_string(trees.size()));
    const auto body = [&own, attack = one.body] {
      const int result = attack(own);
      own.restore();
      return result;
    };
    to.push_back(one.rule != nullptr ? denied(one.what, one.rule, body) : open_to(one.what, one.denied_by, body));
  }
}

/// The values of --path and --below for all trees.
attacked_policy policy_for(const std::deque<tree>& trees, std::vector<bypass> all, bool from_reading = false) {
  std::string paths, below;
  for (const tree& one : trees) {
    paths += (paths.empty() ? "" : ",") + one.protected_paths();
    below += (below.empty() ? "" : ",") + one.below;
  }
  std::vector<std::string> words = {"protect-files", "--path", paths, "--below", below};
  if (from_reading) words.emplace_back("--reading");
  return {.words = words, .bypasses = std::move(all), .can_be_built = false};
}

const std::vector<file_attack> on_directories = {
    {"write a file in the directory", "opened-to-write", [](const tree& in) { return try_open(in.inner, O_WRONLY); }},
    {"truncate(2) a file in the directory", "attributes",
     [](const tree& in) { return outcome_of(truncate(in.inner.c_str(), 0)); }},
    {"O_RDONLY with O_TRUNC", "attributes", [](const tree& in) { return try_open(in.inner, O_RDONLY | O_TRUNC); }},
    {"chmod in the directory", "attributes", [](const tree& in) { return outcome_of(chmod(in.inner.c_str(), 0777)); }},
    {"fchmod by a descriptor for reading", "attributes",
     [](const tree& in) { return by_reading(in.inner, [](int file) { return fchmod(file, 0777); }); }},
    {"chmod by an O_PATH descriptor", "attributes",
     [](const tree& in) {
       const fd file(open(in.inner.c_str(), O_PATH | O_CLOEXEC));
       return outcome_of(chmod(by_number(file.get()).c_str(), 0777));
     }},
    {"chown in the directory", "attributes", [](const tree& in) { return outcome_of(chown(in.inner.c_str(), 7, 7)); }},
    {"utimensat in the directory", "attributes",
     [](const tree& in) { return outcome_of(utimensat(AT_FDCWD, in.inner.c_str(), nullptr, 0)); }},
    {"setxattr in the directory", "attributes", [](const tree& in) { return if_supported(try_xattr(in.inner)); }},
    {"fsetxattr by a descriptor for reading", "attributes",
     [](const tree& in) {
       return if_supported(by_reading(in.inner, [](int file) { return fsetxattr(file, "trusted.x", "y", 1, 0); }));
     }},
    {"ACL in the directory", "attributes", [](const tree& in) { return if_supported(set_acl(in.inner)); }},
    {"FS_IOC_SETFLAGS by a descriptor for reading", "attributes",
     [](const tree& in) { return if_supported(by_reading(in.inner, set_flags)); }},
    {"file_setattr(2)", "attributes", [](const tree& in) { return if_supported(set_file_attributes(in.inner)); }},
    {"link to a name elsewhere", "linked", [](const tree& in) { return outcome_of(link(in.inner.c_str(), in.fresh.c_str())); }},
    {"link by an O_PATH descriptor", "linked",
     [](const tree& in) {
       const fd file(open(in.inner.c_str(), O_PATH | O_CLOEXEC));
       return outcome_of(linkat(AT_FDCWD, by_number(file.get()).c_str(), AT_FDCWD, in.fresh.c_str(), AT_SYMLINK_FOLLOW));
     }},
    {"rename out of the directory", "renamed",
     [](const tree& in) { return outcome_of(rename(in.inner.c_str(), in.fresh.c_str())); }},
    {"rename over a file in the directory", "replaced",
     [](const tree& in) { return outcome_of(rename(in.other.c_str(), in.inner.c_str())); }},
    {"exchange with a file in the directory", "replaced", [](const tree& in) { return exchange_twice(in.inner, in.other); }},
    {"exchange with a file outside", "renamed", [](const tree& in) { return exchange_twice(in.other, in.inner); }},
    {"unlink in the directory", "removed", [](const tree& in) { return outcome_of(unlink(in.inner.c_str())); }},
    {"new file in the directory", "created",
     [](const tree& in) {
       const std::string made = in.directory + "/made";
       const int result = try_open(made, O_CREAT | O_WRONLY);
       unlink(made.c_str());
       return result;
     }},
    {"O_TMPFILE in the directory", "opened-to-write", [](const tree& in) { return try_open(in.directory, O_TMPFILE | O_RDWR); }},
    {"connect to a socket in the directory", "connected", [](const tree& in) { return connect_to(in.socket, SOCK_STREAM); }},
    {"rename the directory", "renamed", [](const tree& in) { return rename_twice(in.directory, in.fresh); }},
    {"rename the directory above", "renamed", [](const tree& in) { return rename_twice(in.top, in.top + "-moved"); }},
    {"exchange the directory above", "renamed",
     [](const tree& in) {
       const std::string second = in.top + "-second";
       mkdir(second.c_str(), 0700);
       const int result = exchange_twice(second, in.top);
       rmdir(second.c_str());
       return result;
     }},
};

const std::vector<file_attack> on_names = {
    {"create a name that does not exist", "created", [](const tree& in) { return try_open(in.absent, O_CREAT | O_WRONLY); }},
    {"mkdir a name that does not exist", "created", [](const tree& in) { return outcome_of(mkdir(in.absent.c_str(), 0700)); }},
    {"symlink with that name", "created", [](const tree& in) { return outcome_of(symlink("/", in.absent.c_str())); }},
    {"pipe with that name", "created", [](const tree& in) { return outcome_of(mknod(in.absent.c_str(), S_IFIFO | 0600, 0)); }},
    {"socket with that name", "created", [](const tree& in) { return bind_to(in.absent); }},
    {"link to that name", "linked", [](const tree& in) { return outcome_of(link(in.other.c_str(), in.absent.c_str())); }},
    {"rename to that name", "replaced", [](const tree& in) { return outcome_of(rename(in.other.c_str(), in.absent.c_str())); }},
};

const std::vector<file_attack> on_trees = {
    {"write below the tree", "opened-to-write", [](const tree& in) { return try_open(in.deep, O_WRONLY); }},
    {"chmod below the tree", "attributes", [](const tree& in) { return outcome_of(chmod(in.deep.c_str(), 0777)); }},
    {"new file below the tree", "created",
     [](const tree& in) {
       const std::string made = in.below + "/a/made";
       const int result = try_open(made, O_CREAT | O_WRONLY);
       unlink(made.c_str());
       return result;
     }},
    {"rename out of the tree", "renamed", [](const tree& in) { return outcome_of(rename(in.deep.c_str(), in.fresh.c_str())); }},
    {"rename into the tree", "replaced",
     [](const tree& in) { return outcome_of(rename(in.other.c_str(), (in.below + "/a/moved").c_str())); }},
    {"move a directory into the tree", "replaced",
     [](const tree& in) { return rename_twice(in.outside, in.below + "/a/moved"); }},
    {"rename a directory in the tree", "renamed", [](const tree& in) { return rename_twice(in.below + "/a", in.fresh); }},
    {"rename the tree", "renamed", [](const tree& in) { return rename_twice(in.below, in.fresh); }},
    {"link out of the tree", "linked", [](const tree& in) { return outcome_of(link(in.deep.c_str(), in.fresh.c_str())); }},
    {"rmdir below the tree", "removed",
     [](const tree& in) {
       unlink(in.deep.c_str());
       return outcome_of(rmdir((in.below + "/a/b").c_str()));
     }},
};

}  // namespace

TEST_SUITE_BEGIN("lsm");

TEST_CASE("attacks on protect-files: directories, trees and names") {
  load_module("overlay");
  const attack_directory directory(root);
  // The file below an overlay is opened by its own dentry.
  const bool opens_below = loader::running_kernel() >= loader::kernel_version{6, 8};
  std::deque<tree> trees;
  std::vector<bypass> all;
  add(trees, all, on_directories);
  add(trees, all, on_names);
  add(trees, all, on_trees);
  add(trees, all,
      {{"write by an overlay over the directory", opens_below ? "opened-to-write" : nullptr, write_by_overlay, "guard-mounts"},
       {"rename over the file, by its name", "replaced",
        [](const tree& in) { return outcome_of(rename(in.other.c_str(), in.file.c_str())); }},
       {"connect to a socket, SOCK_DGRAM", "connected", [](const tree& in) { return connect_to(in.socket, SOCK_DGRAM); }},
       {"send to a socket", "connected", [](const tree& in) { return send_to(in.socket); }},
       {"removexattr in the directory", "attributes", [](const tree& in) { return if_supported(remove_xattr(in.inner)); }}});
  std::vector<fd> sockets;
  for (std::size_t i = 0; i < trees.size(); ++i) {
    const bool datagrams = std::string_view(all[i].what).find("SOCK_DGRAM") != std::string_view::npos ||
                           std::string_view(all[i].what) == "send to a socket";
    sockets.push_back(bound_socket(trees[i].socket, datagrams ? SOCK_DGRAM : SOCK_STREAM));
  }
  const std::string kept = trees.back().inner;
  std::vector<bypass> without_last(all.begin(), all.end());
  without_last.back().attack = [kept, removing = all.back().attack] {
    setxattr(kept.c_str(), "trusted.kept", "y", 1, 0);  // denied like its removal, but there since before
    return removing();
  };
  setxattr(kept.c_str(), "trusted.kept", "y", 1, 0);
  attack(policy_for(trees, std::move(without_last)));
}

TEST_CASE("attacks on protect-files --reading") {
  const attack_directory directory(root);
  std::deque<tree> trees;
  std::vector<bypass> all;
  const std::string second = root + "/second-name";
  add(trees, all,
      {{"read a file in the directory", "opened", [](const tree& in) { return try_open(in.inner, O_RDONLY); }},
       {"read below the tree", "opened", [](const tree& in) { return try_open(in.deep, O_RDONLY); }},
       {"list the directory", "opened", [](const tree& in) { return try_open(in.directory, O_RDONLY | O_DIRECTORY); }},
       {"read by an O_PATH descriptor", "opened",
        [](const tree& in) {
          const fd file(open(in.inner.c_str(), O_PATH | O_CLOEXEC));
          return try_open(by_number(file.get()), O_RDONLY);
        }},
       {"read by a link to a name elsewhere", "linked",
        [](const tree& in) {
          if (link(in.inner.c_str(), in.fresh.c_str()) != 0) return errno;
          return try_open(in.fresh, O_RDONLY);
        }},
       {"read by a name elsewhere that existed before", nullptr, [&](const tree&) { return try_open(second, O_RDONLY); }, ""}});
  std::filesystem::create_hard_link(trees.back().inner, second);
  attack(policy_for(trees, std::move(all), true));
}

namespace {

/// The handle of a file in a directory of the cgroup file system.
struct file_handle_of {
  alignas(file_handle) std::array<char, sizeof(file_handle) + MAX_HANDLE_SZ> bytes = {};
  file_handle* get() { return reinterpret_cast<file_handle*>(bytes.data()); }
  explicit file_handle_of(const std::string& path) {
    int mount = 0;
    get()->handle_bytes = MAX_HANDLE_SZ;
    if (name_to_handle_at(AT_FDCWD, path.c_str(), get(), &mount, 0) != 0) get()->handle_bytes = 0;
  }
};

/// Opens the file after the kernel has forgotten its place.
int open_by_handle(const std::string& path, int flags, bool by_link = false) {
  file_handle_of handle(path);
  if (handle.get()->handle_bytes == 0) return EIO;
  for (int i = 0; i < 3; ++i) std::ofstream("/proc/sys/vm/drop_caches") << "2";
  const fd mount(open("/sys/fs/cgroup", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  const fd file(open_by_handle_at(mount.get(), handle.get(), by_link ? O_PATH : flags));
  if (!file) return errno;
  std::error_code none;
  if (std::filesystem::read_symlink(by_number(file.get()), none) != "/") return EXDEV;  // its place is known
  return by_link ? outcome_of(chmod(by_number(file.get()).c_str(), 0600)) : 0;
}

}  // namespace

TEST_CASE("attacks on protect-files: files opened by handle") {
  const temporary_cgroup group("lsmith-handles");
  const std::string file = group.path() + "/cgroup.max.depth";
  attack({.words = {"protect-files", "--path", group.path()},
          .bypasses = {denied("open by handle", "opened-to-write", [&] { return open_by_handle(file, O_WRONLY); }),
                       denied("chmod of a file opened by handle", "attributes", [&] { return open_by_handle(file, 0, true); })},
          .can_be_built = false});
}

TEST_CASE("protect-files: a file below more directories than are followed is protected") {
  const attack_directory directory(root);
  const std::string below = directory / "tree";
  mkdir(below.c_str(), 0700);
  const bound_group bound("protect-files", {{"below", below}});
  CHECK(in_child([&] { return write_very_deep(below); }) == 0);
  CHECK(bound.inside([&] { return write_very_deep(below); }) == EPERM);
}

TEST_CASE("protect-files: a name stays protected after its file was replaced, and after it was created") {
  const attack_directory directory(root);
  const std::string file = directory / "file", absent = directory / "absent", fresh = directory / "fresh";
  std::ofstream(file) << "old";
  const bound_group bound("protect-files", {{"path", file + "," + absent}});
  std::ofstream(fresh) << "new";
  std::ofstream(absent) << "new";
  REQUIRE(rename(fresh.c_str(), file.c_str()) == 0);
  for (const std::string& one : {file, absent}) {
    CHECK(bound.inside([&] { return try_open(one, O_WRONLY); }) == EPERM);
    CHECK(bound.inside([&] { return outcome_of(unlink(one.c_str())); }) == EPERM);
    CHECK(bound.inside([&] { return try_open(one, O_RDONLY); }) == 0);
  }
  CHECK(bound.inside([&] { return try_open(fresh, O_CREAT | O_WRONLY); }) == 0);
}

TEST_SUITE_END();
