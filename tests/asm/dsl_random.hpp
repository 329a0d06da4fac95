// Programs out of the typed level's own grammar: every word of it, in any order that makes sense. Whatever the words
// accept, a verifier must accept too. The same number gives the same program, on any machine.
#pragma once

#include <cerrno>
#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <lsmith/asm/dsl/hook.hpp>

namespace lsmith::tests {

/// How often each word was used.
using word_counts = std::map<std::string, std::size_t>;

class random_program {
 public:
  struct event {
    std::uint64_t a;
    std::uint32_t b, c;
    std::array<char, 16> comm;
    std::array<char, 32> name;
  };
  struct tally {
    std::uint64_t seen;
    std::uint32_t last;
    std::uint16_t flags, spare;
  };

  random_program(std::uint32_t number, word_counts& counts) : chance_(number), counts_(counts) {}

  checked<object> make(const btf::types& kernel) {
    const hook_words& words = all_hooks()[below(all_hooks().size())];
    words_ = &words;
    return dsl::lsm(kernel, words.hook, [&](dsl::hook& h) {
      h_ = &h;
      statements(3);
      if (below(2) == 0) finish();
      h.allow();
    }, {.name = "random", .scope = static_cast<dsl::scope>(below(4)), .events = static_cast<dsl::channel>(below(2))});
  }

 private:
  struct hook_words {
    std::string_view hook;
    std::vector<std::string_view> numbers;   ///< argument>member>member
    std::vector<std::string_view> pointers;
    std::vector<std::string_view> texts;
  };

  static const std::vector<hook_words>& all_hooks() {
    static const std::vector<hook_words> all = {
        {"socket_create", {"family", "type", "protocol", "kern"}, {}, {}},
        {"file_mprotect", {"prot", "reqprot", "vma>vm_start", "vma>vm_flags", "vma>vm_mm>brk", "vma>vm_file>f_flags"},
         {"vma", "vma>vm_mm", "vma>vm_file", "vma>vm_file>f_inode"}, {"vma>vm_file>f_path.dentry>d_name.name"}},
        {"file_open", {"file>f_flags", "file>f_inode>i_ino", "file>f_inode>i_mode", "file>f_inode>i_sb>s_magic", "file>f_inode>i_sb>s_dev"},
         {"file", "file>f_inode", "file>f_path.dentry", "file>f_path.dentry>d_inode", "file>f_inode>i_sb"}, {"file>f_path.dentry>d_name.name"}},
        {"bprm_check_security", {"bprm>argc", "bprm>file>f_inode>i_ino", "bprm>file>f_flags"}, {"bprm>file", "bprm>file>f_inode"},
         {"bprm>filename", "bprm>file>f_path.dentry>d_name.name"}},
        {"socket_connect", {"addrlen", "sock>type", "sock>sk>__sk_common.skc_family", "sock>sk>sk_protocol", "address>sa_family"},
         {"sock", "sock>sk", "address"}, {}},
        {"ptrace_access_check", {"mode", "child>tgid", "child>nsproxy>pid_ns_for_children>level"},
         {"child", "child>nsproxy", "child>real_parent"}, {"child>comm"}},
        {"task_kill", {"sig", "p>tgid"}, {"p", "p>real_parent", "cred"}, {"p>comm"}},
        {"inode_mkdir", {"mode", "dir>i_ino", "dir>i_mode"}, {"dir", "dentry", "dir>i_sb"}, {"dentry>d_name.name"}},
        {"kernel_read_file", {"id", "file>f_flags"}, {"file"}, {}},
        {"mmap_file", {"prot", "flags", "file>f_inode>i_ino", "file>f_inode>i_nlink"}, {"file", "file>f_inode"}, {}},
    };
    return all;
  }

  std::uint32_t below(std::size_t limit) { return static_cast<std::uint32_t>(chance_() % limit); }
  void used(const char* word) { ++counts_[word]; }

  dsl::value follow(std::string_view path) {
    const std::size_t end = path.find('>');
    dsl::value at = h_->arg(path.substr(0, end));
    while (path.find('>') != path.npos) {
      path.remove_prefix(path.find('>') + 1);
      used("member");
      at = at[path.substr(0, path.find('>'))];
    }
    return at;
  }

  // ------------------------------------------------------------------------------------------------------- values --

  dsl::value leaf() {
    switch (below(12)) {
      case 0: used("pid"); return h_->pid();
      case 1: used("thread"); return h_->thread();
      case 2: used("uid"); return h_->uid();
      case 3: used("gid"); return h_->gid();
      case 4: used("cgroup_id"); return h_->cgroup_id();
      case 5: used("constant"); return h_->constant("chosen", 7);
      case 6: used("enumerator"); return h_->enumerator("kernel_read_file_id", "READING_MODULE");
      case 7: used("current"); return h_->current()["tgid"];
      case 8: used("current, followed"); return h_->current()["real_parent"]["tgid"];
      default: used("argument or member"); return follow(words_->numbers[below(words_->numbers.size())]);
    }
  }

  dsl::value number(unsigned depth) {
    if (depth == 0) return leaf();
    const auto again = [&] { return number(depth - 1); };
    switch (below(14)) {
      case 0: used("+"); return again() + again();
      case 1: used("-"); return again() - again();
      case 2: used("*"); return again() * 3;
      case 3: used("/"); return (again() & 0xffff) % 100 / 7 + 1;
      case 4: used("&"); return again() & 0xff;
      case 5: used("|"); return again() | again();
      case 6: used("^"); return again() ^ 0x1234;
      case 7: used("<<"); return again() << below(8);
      case 8: used(">>"); return again() >> below(8);
      case 9: used("number on the left"); return 100 - (again() & 63);
      case 10: used("network order"); return follow_network();
      case 11: used("shift by a value"); return again() << (again() & 7);
      case 12: used("large number"); return again() & 0x1234567890;
      default: return leaf();
    }
  }

  dsl::value follow_network() {
    if (words_->hook == "socket_connect") {
      used("cast");
      return h_->arg("address").as("sockaddr_in")["sin_port"].from_network();
    }
    return h_->uid().from_network();
  }

  dsl::condition condition(unsigned depth) {
    if (depth != 0) {
      switch (below(5)) {
        case 0: used("&&"); return condition(depth - 1) && condition(depth - 1);
        case 1: used("||"); return condition(depth - 1) || condition(depth - 1);
        case 2: used("!"); return !condition(depth - 1);
        default: break;
      }
    }
    const unsigned inner = depth == 0 ? 1 : 2;
    switch (below(13)) {
      case 0: used("=="); return number(inner) == below(100);
      case 1: used("!="); return number(inner) != below(100);
      case 2: used("<"); return number(inner) < 77;
      case 3: used("<="); return number(inner) <= 78;
      case 4: used(">"); return number(inner) > 79;
      case 5: used(">="); return number(inner) >= 80;
      case 6: used("two values"); return (number(inner) & 0xfff) > (number(inner) & 0xff);
      case 7: used("in"); return number(inner).in({1, 2, 3, 17, 38});
      case 8: used("bits"); return number(inner) & 6;
      case 9: used("comm =="); return h_->comm() == "systemd";
      case 10: used("comm prefix"); return h_->comm().starts_with("sys");
      case 11: used("text"); return text_condition();
      default: used("pointer"); return pointer_condition();
    }
  }

  dsl::condition text_condition() {
    if (words_->texts.empty()) return h_->comm() != "x";
    dsl::text found = follow(words_->texts[below(words_->texts.size())]).text(32);
    return below(2) == 0 ? found.starts_with("lib") : found == "shadow";
  }

  dsl::condition pointer_condition() {
    if (words_->pointers.empty()) return leaf() == 0;
    const dsl::value at = follow(words_->pointers[below(words_->pointers.size())]);
    return below(2) == 0 ? dsl::condition(at) : at == 0;
  }

  // --------------------------------------------------------------------------------------------------- statements --

  void statements(unsigned depth) {
    const unsigned many = 1 + below(3);
    for (unsigned i = 0; i < many; ++i) statement(depth);
  }

  void statement(unsigned depth) {
    const auto inner = [this, depth] { statements(depth - 1); };
    switch (below(depth == 0 ? 5 : 9)) {
      case 0: used("audit"); return h_->audit(event_record());
      case 1: return map_statement();
      case 2: return map_statement();
      case 3: used("helper"); return helper_statement();
      case 4: return map_statement();
      case 5: {
        used("otherwise");
        const dsl::decision other = h_->when(condition(2), inner);
        return other.otherwise(inner);
      }
      case 6:
        used("repeat");
        return h_->bounded(1 + below(4), [&](dsl::value i) {
          auto all = h_->array<std::uint64_t>("rounds", 8);
          all.find(i & 7).found([&](auto one) { one.number().add(i); });
          if (below(3) == 0) statements(0);
        });
      case 7: used("verdict"); return (void)h_->when(condition(3), [this] { finish(); });
      default: used("when"); return (void)h_->when(condition(3), inner);
    }
  }

  void helper_statement() {
    const dsl::value now = h_->call("ktime_get_ns");
    h_->when(now > 5, [&] { h_->audit(event_record()); });
  }

  void map_statement() {
    switch (below(5)) {
      case 0: {
        used("hash");
        auto hits = h_->hash<std::uint32_t, tally>("hits", 64);
        return hits.find(h_->uid()).found(
            [&](auto one) {
              one[&tally::seen].add(1);
              one[&tally::last].set(h_->pid());
              h_->when(one[&tally::last].get() == 3, [&] { one[&tally::flags].set(1); });
            },
            [&] { hits.put(dsl::record<std::uint32_t>(h_->uid()), dsl::record<tally>(1, h_->pid(), 0, 0)); });
      }
      case 1: {
        used("lru");
        auto last = h_->lru<std::uint64_t, std::uint64_t>("recent", 64);
        return last.put(h_->cgroup_id(), number(1) & 0xffff);
      }
      case 2: {
        used("per cpu");
        auto counts = h_->per_cpu<std::uint64_t>("counts", 4);
        return counts.find(number(1) & 3).found([](auto one) { one.number().add(1); });
      }
      case 3: {
        used("remove");
        auto last = h_->lru<std::uint64_t, std::uint64_t>("recent", 64);
        return last.remove(h_->cgroup_id());
      }
      default: {
        used("lookup as condition");
        auto last = h_->lru<std::uint64_t, std::uint64_t>("recent", 64);
        auto found = last.find(number(1) & 0xff);
        h_->when(found.is_there() && condition(1), [&] { h_->audit(event_record()); });
      }
    }
  }

  dsl::record_value event_record() {
    used("record");
    if (words_->texts.empty()) return dsl::record<event>(number(2), 0, number(1) & 0xff & 0x7f, h_->comm(), dsl_name());
    return dsl::record<event>(number(2), h_->pid(), 5, h_->comm(), follow(words_->texts[below(words_->texts.size())]).text(32));
  }

  dsl::text dsl_name() { return h_->current()["comm"].text(32); }

  void finish() {
    switch (below(4)) {
      case 0: used("deny"); return h_->deny(EPERM);
      case 1: used("deny with another errno"); return h_->deny(EACCES, event_record());
      case 2: used("allow"); return h_->allow();
      default: used("deny with an event"); return h_->deny(EPERM, event_record());
    }
  }

  std::mt19937 chance_;
  word_counts& counts_;
  const hook_words* words_ = nullptr;
  dsl::hook* h_ = nullptr;
};

}  // namespace lsmith::tests
