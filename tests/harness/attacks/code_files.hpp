// Files that contain a small program, and the ways to run code from a file.
#pragma once

#include <string>
#include <string_view>

namespace lsmith::tests {

/// A program that only calls exit(0), in as few bytes as the kernel accepts.
std::string smallest_program();

/// The same, but it runs on its stack, which its header requests to be executable.
std::string program_on_its_stack();

/// Writes the content into an open file, and makes it executable.
void put(int file, const std::string& content);

/// Makes an executable file with this content; returns its path.
std::string add_program(const std::string& path, const std::string& content = smallest_program());

/// A new mounted file system; unmounted when this is destroyed.
struct mounted {
  std::string path;
  mounted(const std::string& type, const std::string& where);
  ~mounted();
  std::string add(const std::string& name, const std::string& content = smallest_program()) const {
    return add_program(path + "/" + name, content);
  }
};

/// A read-only descriptor of the same file, for execution: the kernel does not execute a file that is open for writing. Closes
/// `written`.
int reopened(int written);

// Files without a name that contain the program, open for reading.

int memory_file();
int unnamed_file(const std::string& directory);  ///< made by O_TMPFILE
int deleted_file(const std::string& directory);

// Ways to run code from a file, and to map it as data. Each returns 0 or an errno; the first two do not return if the program
// runs.

int run_path(const std::string& path);
int run_descriptor(int file);
int map_code(int file);
int make_code(int file);  ///< maps it as data, and makes this executable
int map_data(int file);

/// Makes a shared mapping of the file executable by remap_file_pages(2), in a process whose personality says that what is readable is
/// executable. Returns 0 or an errno.
int remap_code(const std::string& path);

/// Whether the kernel asks LSMs about that.
bool is_remapping_judged();

/// Sets the generation of the file, by FS_IOC_SETVERSION or ext4's own command: 0, or the errno of a denial. tmpfs has no such
/// command, but LSMs are asked before.
enum class version_command : unsigned long { usual = 0x40087602, ext4 = 0x40086604 };
int set_generation(const std::string& path, version_command command);

}  // namespace lsmith::tests
