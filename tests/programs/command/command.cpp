// What the command says when it is called wrongly, and what it lists. Nothing here needs a privilege.
#include <doctest/doctest.h>

#include <fstream>
#include <sstream>
#include <vector>

#include <unistd.h>

#include <lsmith/btf/encode/encode.hpp>
#include <lsmith/programs/cli/shared/verb.hpp>
#include <lsmith/programs/policies/catalogue.hpp>
#include <lsmith/tests/harness/policy/command.hpp>

namespace {

using lsmith::tests::contains;
using lsmith::tests::lsmith_says;
using lsmith::tests::outcome;

/// A file with the given bytes, deleted when it goes out of scope.
struct temporary_file {
  std::string path = "/tmp/lsmith-test-" + std::to_string(getpid());
  explicit temporary_file(std::string_view content, const std::string& ending = "") {
    path += ending;
    std::ofstream(path, std::ios::binary) << content;
  }
  ~temporary_file() { unlink(path.c_str()); }
};

struct mistake {
  std::vector<std::string> words;
  int status;
  std::string_view says;
};

const mistake mistakes[] = {
    {{}, 2, "usage: lsmith VERB"},
    {{"rnu"}, 2, "there is no verb 'rnu'; did you mean 'run'?"},
    {{"run"}, 2, "name a policy or a profile first"},
    {{"run", "--system"}, 2, "name a policy or a profile first"},
    {{"run", "--hlep"}, 2, "unrecognised option '--hlep'"},
    {{"show", "--sytem", "mprotect-audit"}, 2, "unrecognised option '--sytem'"},
    {{"run", "deny-socket-famly", "--system"},
     2,
     "there is no policy 'deny-socket-famly'; 'lsmith programs' lists them; did you mean 'deny-socket-family'?"},
    {{"run", "deny-socket-family", "--family", "AF_ALG"},
     2,
     "say which processes the policy binds: --cgroup DIR, --uid N, --pid N, --tree PID, --mount-ns PID, --pid-ns PID, or --system for the whole machine"},
    {{"run", "deny-socket-family", "--family", "AF_ALG", "--system", "--uid", "3"},
     2,
     "give one of --cgroup, --uid, --pid, --tree, --mount-ns, --pid-ns and --system"},
    {{"run", "mprotect-audit", "--tree", "init"}, 2, "'init' is no value for --tree"},
    {{"run", "mprotect-audit", "--mount-ns", "--system"}, 2, "--mount-ns needs a value, and --system is none"},
    {{"run", "mprotect-audit", "--tree", "1", "--pin", "web"}, 2, "so --pid and --tree cannot be pinned"},
    {{"run", "mprotect-audit", "--pid-ns", "1", "--pin", "web"},
     2,
     "a namespace ends with its last process, and its inode number is reused"},
    {{"run", "deny-socket-family", "--system"}, 1, "policy deny-socket-family needs --family"},
    {{"run", "deny-socket-family", "--family", "AF_AGL", "--system"},
     1,
     "there is no socket family 'AF_AGL': give a name, or a number from 0 to 255; did you mean 'AF_ALG'"},
    {{"run", "deny-socket-family", "--family", "AF_ALG,,AF_INET", "--system"}, 1, "there is no socket family ''"},
    {{"run", "deny-socket-family", "--family", "AF_AGL,AF_VSOK", "--system"}, 1, "there is no socket family 'AF_VSOK'"},
    {{"run", "deny-socket-family", "--family", "AF_ALG", "--uid", "root"}, 2, "'root' is no value for --uid"},
    {{"run", "deny-socket-family", "--family", "AF_ALG", "--uid", "-1"}, 2, "'-1' is no value for --uid"},
    {{"run", "deny-socket-family", "--family", "AF_ALG", "--uid", "4294967296"}, 2, "is no value for --uid"},
    {{"run", "deny-socket-family", "--family", "AF_ALG", "--pid", "2147483647"}, 2, "there is no process 2147483647"},
    {{"run", "deny-socket-family", "--family", "AF_ALG", "--system", "--for", "soon"}, 2, "'soon' is no duration"},
    {{"run", "deny-socket-family", "--family", "AF_ALG", "--system", "--wait"}, 2, "unrecognised option '--wait'"},
    {{"run", "deny-socket-family", "--family", "AF_ALG", "--system", "--no-events", "--perf-buffer"},
     2,
     "give one of --no-events and --perf-buffer"},
    {{"run", "mprotect-audit", "--family", "AF_ALG", "--system"}, 2, "unrecognised option '--family'"},
    {{"run", "deny-socket-family", "--family", "--system"}, 2, "--family needs a value, and --system is none"},
    {{"run", "deny-socket-family", "--family", "256", "--system"},
     1,
     "there is no socket family '256': give a name, or a number from 0 to 255\n"},
    {{"run", "mprotect-audit", "--uid", "4294967295"}, 2, "4294967295 is no uid"},
    {{"run", "mprotect-audit", "--system", "--dry-run", "--no-events"}, 2, "give one of them"},
    {{"run", "mprotect-audit", "--system", "--for", "200000d"}, 2, "'200000d' is longer than ten years"},
    {{"run", "mprotect-audit", "--sys"}, 2, "unrecognised option '--sys'"},
    {{"hooks", "--btf", "/does/not/exist"}, 1, "cannot read '/does/not/exist': ENOENT (no such file or directory)"},
    {{"hooks", "--btf", ""}, 1, "cannot read ''"},
    {{"hooks", "--btf", "/dev/zero"}, 1, "'/dev/zero' is no regular file"},
    {{"hooks", "--btf", "x", "--probe"}, 2, "--probe asks the running kernel"},
    {{"btf"}, 2, "usage: lsmith btf"},
    {{"btf", "fnid"}, 2, "there is no 'fnid' in btf"},
    {{"btf", "find"}, 2, "name what to find"},
    {{"btf", "dump", "--format", "xml"}, 2, "'xml' is no format"},
    {{"btf", "diff", "one"}, 2, "name the two files to compare"},
    {{"btf", "diff", "/does/not/exist", "/proc/self/exe"}, 1, "cannot read '/does/not/exist': ENOENT"},
    {{"hooks", "a", "b"}, 2, "too many positional options"},
    {{"run", "mprotect-audit", "--system", "--pin", "no.dots"}, 2, "'no.dots' is no name to pin a policy by"},
    {{"run", "mprotect-audit", "--system", "--pin", ""}, 2, "is no name to pin a policy by"},
    {{"run", "mprotect-audit", "--system", "--pin", "web+1"}, 2, "'web+1' is no name to pin a policy by"},
    {{"run", "mprotect-audit", "--pid", "1", "--pin", "web"},
     2,
     "a pid is reused when its process has ended, so --pid and --tree cannot be pinned"},
    {{"run", "mprotect-audit", "--system", "--pin", "web", "--for", "1s"}, 2, "--for ends a policy and --pin keeps it"},
    {{"run", "mprotect-audit", "--system", "--replace"}, 2, "--replace replaces a pinned policy; add --pin NAME"},
    {{"run", "mprotect-audit", "--system", "--confirm-within", "1m"}, 2, "add --pin NAME"},
    {{"run", "mprotect-audit", "--system", "--pin", "web", "--confirm-within", "soon"}, 2, "'soon' is no duration"},
    {{"status"}, 2, "name a pinned policy; 'lsmith list' shows them"},
    {{"watch"}, 2, "name a pinned policy"},
    {{"report"}, 2, "name a pinned policy"},
    {{"run", "mprotect-audit", "--system", "--events-per-second", "0"}, 2, "--events-per-second takes 1 or more"},
    {{"run", "mprotect-audit", "--system", "--events-per-second", "few"}, 2, "'few' is no value for --events-per-second"},
    {{"run", "mprotect-audit", "--system", "--events-per-second", "5", "--no-events"}, 2, "leave out --events-per-second"},
    {{"run", "mprotect-audit", "--system", "--event-buffer", "3K"}, 2, "'3K' is no value for --event-buffer"},
    {{"run", "mprotect-audit", "--system", "--event-buffer", "2K"}, 2, "a power of two from 4096 bytes to 1G"},
    {{"run", "mprotect-audit", "--system", "--event-buffer", "2G"}, 2, "'2G' is no value"},
    {{"run", "mprotect-audit", "--system", "--event-buffer", "K"}, 2, "'K' is no value"},
    {{"run", "mprotect-audit", "--system", "--event-buffer", "64K", "--perf-buffer"}, 2, "--event-buffer is for the ring buffer"},
    {{"report", "web", "--metrics", "--learn"}, 2, "--metrics and --learn are two forms; give one"},
    {{"reload"}, 2, "name a pinned policy"},
    {{"keep"}, 2, "name a pinned policy"},
    {{"detach"}, 2, "name a pinned policy"},
    {{"detach", "a", "b"}, 2, "too many positional options"},
    {{"status", "lsmith-no-such-name"}, 3, "no policy is pinned as 'lsmith-no-such-name'; 'lsmith list' shows those that are"},
    {{"keep", "lsmith-no-such-name"}, 1, "no policy is pinned as 'lsmith-no-such-name'"},
    {{"arm"}, 2, "name a pinned policy"},
    {{"arm", "lsmith-no-such-name"}, 1, "no policy is pinned as 'lsmith-no-such-name'"},
    {{"run", "mprotect-audit", "--system", "--disarmed"},
     2,
     "--disarmed needs a pinned policy, which 'lsmith arm NAME' arms later; add --pin NAME"},
    {{"run", "mprotect-audit", "--system", "--except-exe", "/does/not/exist"},
     1,
     "cannot read '/does/not/exist': ENOENT (no such file or directory)"},
    {{"run", "mprotect-audit", "--system", "--except-uid", "root"}, 2, "'root' is no value for --except-uid"},
    {{"run", "allow-egress", "--system"}, 1, "policy allow-egress needs --rules"},
    {{"run", "allow-egress", "--rules", "/does/not/exist", "--system"},
     1,
     "cannot read '/does/not/exist': ENOENT (no such file or directory)"},
    {{"run", "allow-egress", "--rules", "/dev/zero", "--system"}, 1, "'/dev/zero' is no regular file"},
    {{"run", "protect-files", "--system"}, 1, "policy protect-files needs --path"},
    {{"run", "protect-files", "--path", "/does/not/exist", "--system"}, 1, "cannot read '/does/not/exist'"},
    {{"run", "exec-only-from", "--system"}, 1, "policy exec-only-from needs --trust"},
    {{"run", "exec-only-from", "--trust", "8:x", "--system"}, 1, "cannot read '8:x'"},
    {{"run", "deny-exec-from", "--from", "tmpf", "--system"},
     1,
     "'tmpf' is no value for --from: it takes names of file systems, or magic numbers"},
    {{"run", "deny-netlink", "--protocol", "NETLINK_NETFILTERS", "--system"},
     1,
     "'NETLINK_NETFILTERS' is no value for --protocol: it takes names of netlink protocols, or numbers"},
    {{"run", "limit-capabilities", "--keep", "CAP_CHWN", "--system"},
     1,
     "'CAP_CHWN' is no value for --keep: it takes names of capabilities, or numbers"},
    {{"run", "deny-ioctl", "--command", "TIOCSTY", "--system"},
     1,
     "'TIOCSTY' is no value for --command: it takes names of ioctls, or numbers"},
};

}  // namespace

TEST_CASE("the command: each mistake gets one sentence that names it, and the right exit status") {
  for (const mistake& one : mistakes) {
    CAPTURE(one.words);
    const outcome got = lsmith_says(one.words);
    CAPTURE(got.err);
    CHECK(got.status == one.status);
    CHECK(got.err.find(one.says) != std::string::npos);
    CHECK(got.out.empty());
  }
}

TEST_CASE("the command: help and version go to the standard output, with exit status 0") {
  CHECK(lsmith_says({"--version"}).out.starts_with("lsmith "));
  CHECK(lsmith_says({"--help"}).out.find("doctor") != std::string::npos);
  for (const char* verb :
       {"hooks", "btf", "programs", "show", "run", "list", "status", "watch", "report", "reload", "keep", "detach", "doctor"})
    for (const auto& words : {std::vector<std::string>{verb, "--help"}, {verb, "-h"}, {"help", verb}}) {
      CAPTURE(words);
      const outcome got = lsmith_says(words);
      CHECK(got.status == 0);
      CHECK(got.out.find("usage: lsmith " + std::string(verb)) == 0);
      CHECK(got.err.empty());
    }
  const outcome own = lsmith_says({"run", "deny-socket-family", "--help"});
  CHECK(own.status == 0);
  CHECK(own.out.find("--family LIST") != std::string::npos);
}

TEST_CASE("the command: output that cannot be written is an error") {
  std::ofstream full("/dev/full");
  std::ostringstream err;
  CHECK(lsmith::cli::run_command({"programs"}, {full, err}) == 1);
  CHECK(err.str() == "lsmith: the output cannot be written\n");
}

TEST_CASE("programs: every policy is listed with its options, as text and as JSON, and its help says what it does not revoke") {
  const std::string text = lsmith_says({"programs"}).out, json = lsmith_says({"programs", "--json"}).out;
  for (const lsmith::programs::ready_made* policy : lsmith::programs::catalogue()) {
    CAPTURE(policy->name);
    const std::string name(policy->name), help = lsmith_says({"run", name, "--help"}).out;
    CHECK(contains(text, name + "\n    " + std::string(policy->summary)));
    CHECK(contains(json, "{\"name\":\"" + name + "\""));
    CHECK_FALSE(policy->not_undone.empty());
    CHECK(contains(help, "not undone: " + std::string(policy->not_undone) + "\n"));
    CHECK(contains(help, policy->example));
    for (const lsmith::programs::option_description& option : policy->options)
      for (const std::string& listing : {text, help}) CHECK(contains(listing, "--" + std::string(option.name)));
  }
}

TEST_CASE("hooks: a file that is not BTF, is cut off, or is an ELF file without BTF is refused with its name") {
  {
    const temporary_file text("hello, this is no BTF at all");
    const outcome got = lsmith_says({"hooks", "--btf", text.path});
    CHECK(got.status == 1);
    CHECK(got.err.find("this is not BTF") != std::string::npos);
    CHECK(got.err.find(text.path) != std::string::npos);
  }
  {
    const temporary_file cut(std::string_view("\x9f\xeb\x01\x00\x18\x00", 6));
    const outcome got = lsmith_says({"hooks", "--btf", cut.path});
    CHECK(got.status == 1);
    CHECK(got.err.find("cut off") != std::string::npos);
  }
  const outcome elf = lsmith_says({"hooks", "--btf", "/proc/self/exe"});
  CHECK(elf.status == 1);
  CHECK(elf.err.find("no .BTF section") != std::string::npos);
}

TEST_CASE("btf diff: prints what changed in each hook and struct, as text and as JSON") {
  const auto saved = [](const char* hook, const char* member) {
    lsmith::btf::encoder e;
    const auto number = e.int_("int", 4, lsmith::btf::int_encoding::signed_);
    const lsmith::btf::new_member members[] = {{member, number, 0}};
    e.struct_("task", 4, members);
    e.func(hook, e.func_proto(number, {}), lsmith::btf::linkage::static_);
    const auto whole = e.finish();
    return std::string(reinterpret_cast<const char*>(whole.data()), whole.size());
  };
  const temporary_file before(saved("bpf_lsm_old", "pid"));
  const temporary_file after(saved("bpf_lsm_new", "tgid"), "-after");

  CHECK(lsmith_says({"btf", "diff", before.path, after.path}).out == "+ int new(void)\n- int old(void)\n");
  CHECK(lsmith_says({"btf", "diff", before.path, after.path, "task"}).out ==
        "struct task: 4 bytes\n  + 0               int tgid\n  - 0               int pid\n");
  CHECK(lsmith_says({"btf", "diff", before.path, before.path, "task"}).out == "struct task: no difference\n");
  CHECK(lsmith_says({"btf", "diff", before.path, after.path, "old", "--json"}).out ==
        "{\"hooks\":[{\"name\":\"old\",\"change\":\"removed\",\"before\":\"int old(void)\"}],\"structs\":[]}\n");
  const outcome wrong = lsmith_says({"btf", "diff", before.path, after.path, "tusk"});
  CHECK(wrong.status == 1);
  CHECK(wrong.err.find("neither file has a struct, union or hook 'tusk'; did you mean 'task'?") != std::string::npos);
}
