// Ways to make written memory executable.
#include <doctest/doctest.h>

#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/ptrace.h>
#include <sys/shm.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <string>

#include <lsmith/loader/kernel/kernel_version.hpp>
#include <lsmith/tests/harness/policy/attack.hpp>
#include <lsmith/tests/harness/attacks/code_files.hpp>
#include <lsmith/tests/harness/attacks/memory.hpp>
#include <lsmith/tests/harness/policy/policies.hpp>

namespace {

using namespace lsmith::tests;

constexpr int shared_memory = MAP_SHARED | MAP_ANONYMOUS;
constexpr unsigned char ret_instruction = 0xc3;

/// A memory file of one page; with `only_reading`, by a descriptor that was opened for reading.
int new_memory_file(bool only_reading = false) {
  const int file = static_cast<int>(syscall(SYS_memfd_create, "code", 0));
  if (file < 0 || ftruncate(file, page) != 0) return -1;
  if (!only_reading) return file;
  return open(("/proc/self/fd/" + std::to_string(file)).c_str(), O_RDONLY);
}

std::string by_number(int file) { return "/proc/self/fd/" + std::to_string(file); }

/// A file of one page of code in /tmp, by a descriptor for reading.
int page_of_code() {
  const int file = open("/tmp", O_TMPFILE | O_RDWR, 0700);
  if (file < 0 || ftruncate(file, page) != 0) return -1;
  const int again = open(by_number(file).c_str(), O_RDONLY);
  close(file);
  return again;
}

int attach_shared(int segment, int flags, void** memory) {
  *memory = shmat(segment, nullptr, flags);
  return *memory == reinterpret_cast<void*>(-1) ? errno : 0;
}

/// Attaches a segment with each of these flags, one after the other, and then changes the protection of the last one.
int by_segment(std::initializer_list<int> flags, int protection = 0) {
  const int segment = shmget(IPC_PRIVATE, page, IPC_CREAT | 0700);
  if (segment < 0) return errno;
  void* memory = nullptr;
  int result = 0;
  for (const int one : flags)
    if (result == 0) result = attach_shared(segment, one, &memory);
  if (result == 0 && protection != 0) result = outcome_of(mprotect(memory, page, protection));
  shmctl(segment, IPC_RMID, nullptr);
  return result;
}

/// Maps a file for writing and again as code; `again` is opened or is the same descriptor.
int map_twice(int file, int again, int flags) {
  const int first = try_map(rw, MAP_SHARED, file);
  return first != 0 ? first : try_map(rx, flags, again);
}

/// Some kernels are built so that only a debugger may write where the process itself may not (CONFIG_PROC_MEM_FORCE_PTRACE).
int if_forced(int result) { return result == EIO ? not_possible : result; }

int write_by_proc(const std::string& path) {
  const int file = page_of_code();
  void* code = map_memory(rx, MAP_PRIVATE, file);
  if (code == MAP_FAILED) return errno;
  const int memory = open(path.c_str(), O_RDWR | O_CLOEXEC);
  if (memory < 0) return errno;
  const auto at = static_cast<off_t>(reinterpret_cast<std::uintptr_t>(code));
  return if_forced(outcome_of(pwrite(memory, &ret_instruction, 1, at)));
}

/// A child writes into its parent's code.
int write_by_child() {
  const int file = page_of_code();
  void* code = map_memory(rx, MAP_PRIVATE, file);
  const std::string path = "/proc/" + std::to_string(getpid()) + "/mem";
  return in_child([&] {
    const int memory = open(path.c_str(), O_RDWR | O_CLOEXEC);
    if (memory < 0) return errno;
    return if_forced(outcome_of(pwrite(memory, &ret_instruction, 1, static_cast<off_t>(reinterpret_cast<std::uintptr_t>(code)))));
  });
}

int poke_child() {
  const int file = page_of_code();
  void* code = map_memory(rx, MAP_PRIVATE, file);
  const pid_t child = fork();
  if (child == 0) {
    for (;;) pause();
  }
  if (ptrace(PTRACE_SEIZE, child, nullptr, nullptr) != 0 || ptrace(PTRACE_INTERRUPT, child, nullptr, nullptr) != 0) return errno;
  waitpid(child, nullptr, 0);
  const int result = outcome_of(ptrace(PTRACE_POKETEXT, child, code, 0xc3));
  kill(child, SIGKILL);
  return result;
}

int with_personality(const std::function<int()>& body) { return personality(READ_IMPLIES_EXEC) == -1 ? errno : body(); }

/// Runs the instruction at this address; the process is killed by SIGSEGV if it is not executable.
int run(void* memory) {
  std::memset(memory, ret_instruction, 1);
  reinterpret_cast<void (*)()>(memory)();
  return 0;
}

int heap_as_code() {
  return with_personality([] {
    void* heap = sbrk(4 * page);
    return heap == reinterpret_cast<void*>(-1) ? errno : run(static_cast<char*>(heap) + 2 * page);
  });
}

int remapped_as_code() {
  void* memory = map_memory(rw, MAP_SHARED | MAP_ANONYMOUS);
  return with_personality([&] {
    const long result = syscall(SYS_remap_file_pages, memory, page, 0, 0, 0);
    return result == 0 ? run(memory) : errno;
  });
}

int huge_pages_as_code() {
  constexpr std::size_t huge = 2u << 20;
  std::ofstream("/proc/sys/vm/nr_hugepages") << "4";
  const void* memory = mmap(nullptr, huge, rx, MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB, -1, 0);
  return memory != MAP_FAILED ? 0 : errno == ENOMEM ? not_possible : errno;
}

/// Fills a hole of an executable mapping of a memory file.
int fill_hole() {
  const int file = new_memory_file(true);
  void* code = map_memory(rx, MAP_PRIVATE, file);
  if (code == MAP_FAILED) return errno;
  const int faults = static_cast<int>(syscall(SYS_userfaultfd, O_CLOEXEC));
  uffdio_api api = {.api = UFFD_API, .features = 0, .ioctls = 0};
  if (faults < 0 || ioctl(faults, UFFDIO_API, &api) != 0) return not_possible;
  const auto at = reinterpret_cast<std::uintptr_t>(code);
  uffdio_register hole = {.range = {at, page}, .mode = UFFDIO_REGISTER_MODE_MISSING, .ioctls = 0};
  if (ioctl(faults, UFFDIO_REGISTER, &hole) != 0) return not_possible;
  static unsigned char content[page] = {ret_instruction};
  uffdio_copy copy = {.dst = at, .src = reinterpret_cast<std::uintptr_t>(content), .len = page, .mode = 0, .copy = 0};
  return outcome_of(ioctl(faults, UFFDIO_COPY, &copy));
}

int run_content(const std::string& content) {
  const std::string path = add_program("/tmp/lsmith-attack-program", content);
  return run_path(path);
}

/// Writes into a file that is mapped as code.
int write_mapped_file() {
  const std::string path = add_program("/tmp/lsmith-attack-mapped", std::string(page, '\xcc'));
  const int reading = open(path.c_str(), O_RDONLY);
  if (try_map(rx, MAP_PRIVATE, reading) != 0) return EIO;
  const int writing = open(path.c_str(), O_WRONLY);
  return writing < 0 ? errno : outcome_of(pwrite(writing, &ret_instruction, 1, 0));
}

int written_memory_file() {
  const int file = memory_file();
  return map_code(file);
}

int written_file() {
  const std::string path = add_program("/tmp/lsmith-attack-written");
  return map_code(open(path.c_str(), O_RDONLY));
}

int mapped_and_made_code() {
  const int file = new_memory_file();
  void* code = map_memory(PROT_READ, MAP_PRIVATE, open(by_number(file).c_str(), O_RDONLY));
  if (code == MAP_FAILED || try_map(rw, MAP_SHARED, file) != 0) return EIO;
  return outcome_of(mprotect(code, page, rx));
}

}  // namespace

TEST_SUITE_BEGIN("lsm");

TEST_CASE("attacks on deny-writable-code") {
  // Linux 6.12 has the fix, and the 6.1 of the ring too.
  attack(
      {.words = {"deny-writable-code"},
       .bypasses = {
           denied("memory mapped writable and executable", "mapped-writable", [] { return try_map(rwx); }),
           denied("memory mapped executable", "mapped-without-file", [] { return try_map(rx); }),
           denied("mprotect of written memory", "made-executable-while-writable", [] { return try_change(rw, {rx}); }),
           denied("pkey_mprotect of written memory", "made-executable-while-writable",
                  [] { return outcome_of(syscall(SYS_pkey_mprotect, map_memory(rw), page, rx, -1)); }),
           denied("read-only in between", "made-executable-after-writing", [] { return try_change(rw, {PROT_READ, rx}); }),
           denied("shared memory, read-only in between", "made-executable-while-writable",
                  [] { return try_change(rw, {PROT_READ, rx}, shared_memory); }),
           denied("private mapping of /dev/zero", "made-executable-after-writing",
                  [] { return try_change(rw, {PROT_READ, rx}, MAP_PRIVATE, open("/dev/zero", O_RDWR)); }),
           denied("shared segment attached executable", "mapped-writable", [] { return by_segment({SHM_EXEC}); }),
           denied("shared segment attached twice", "mapped-without-file", [] { return by_segment({0, SHM_EXEC | SHM_RDONLY}); }),
           denied("shared segment attached and made executable", "made-executable-after-writing",
                  [] { return by_segment({0, SHM_RDONLY}, rx); }),
           denied("memory file mapped twice", "mapped-while-written",
                  [] {
                    const int file = new_memory_file();
                    return map_twice(file, file, MAP_SHARED);
                  }),
           denied("memory file mapped twice, opened again", "mapped-while-written",
                  [] {
                    const int file = new_memory_file();
                    return map_twice(file, open(by_number(file).c_str(), O_RDONLY), MAP_PRIVATE);
                  }),
           denied("memory file mapped twice, then made executable", "made-executable-after-writing", mapped_and_made_code),
           denied("memory file mapped executable, open for writing", "mapped-while-written",
                  [] { return try_map(rx, MAP_SHARED, new_memory_file()); }),
           denied("file mapped executable, open for writing", "mapped-while-written",
                  [] {
                    const std::string path = add_program("/tmp/lsmith-attack-open");
                    const int writing = open(path.c_str(), O_WRONLY);
                    return writing < 0 ? EIO : map_code(open(path.c_str(), O_RDONLY));
                  }),
           denied("huge pages mapped executable", "mapped-without-file", huge_pages_as_code),
           denied("/proc/self/mem", "opened-memory", [] { return write_by_proc("/proc/self/mem"); }),
           denied("/proc/thread-self/mem", "opened-memory", [] { return write_by_proc("/proc/thread-self/mem"); }),
           denied("/proc/PID/mem by a child", "opened-memory", write_by_child),
           denied("READ_IMPLIES_EXEC and mmap", "mapped-writable", [] { return with_personality([] { return try_map(rw); }); }),
           denied("READ_IMPLIES_EXEC and mprotect", "made-executable-while-writable",
                  [] {
                    void* memory = map_memory(rw);
                    return with_personality([=] { return outcome_of(mprotect(memory, page, PROT_READ)); });
                  }),
           open_to("READ_IMPLIES_EXEC and brk", "", heap_as_code),
           open_to("executable stack of a program", "exec-only-from", [] { return run_content(program_on_its_stack()); }),
           open_to("file written, then mapped", "exec-only-from", written_file),
           open_to("file written while it is mapped", "exec-only-from", write_mapped_file),
           open_to("memory file written, then mapped", "deny-fileless-exec", written_memory_file),
           open_to("hole of a memory file filled by userfaultfd", "deny-fileless-exec", fill_hole),
           open_to("PTRACE_POKETEXT", "guard-ptrace", poke_child),
           is_remapping_judged() ? denied("READ_IMPLIES_EXEC and remap_file_pages", "mapped-writable", remapped_as_code)
                                 : open_to("READ_IMPLIES_EXEC and remap_file_pages", "", remapped_as_code),
       }});
}

TEST_SUITE_END();
