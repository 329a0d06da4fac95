// BTF of an artificial kernel: it has the names that policies use, at offsets of its own. A program written against it runs on
// a real kernel only if relocation replaces all of these offsets.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <map>
#include <string_view>
#include <vector>

#include <lsmith/btf/encode/encode.hpp>
#include <lsmith/btf/types/types.hpp>

namespace lsmith::tests {

/// Encodes structs and hooks. Members are at least 88 bytes apart and start at 24, unlike in any real kernel.
class small_kernel {
 public:
  struct member {
    std::string_view name;
    btf::type_id type;
    std::uint8_t bits = 0;  ///< of a bitfield
  };

  small_kernel() { write(); }
  std::vector<std::byte> bytes() { return types_.finish(); }

 private:
  btf::type_id struct_(std::string_view name, std::initializer_list<member> members) {
    std::vector<btf::new_member> all;
    std::uint32_t offset = 24;
    for (const member& each : members) {
      all.push_back({each.name, each.type, 8 * offset, each.bits});
      const auto inside = sizes_.find(each.type);  // a struct by value takes its size too
      offset += 88 + (inside != sizes_.end() ? inside->second : 0);
    }
    const btf::type_id made = types_.struct_(name, offset, all);
    sizes_[made] = offset;
    return made;
  }

  void hook(std::string_view name, btf::type_id returns, std::initializer_list<member> arguments) {
    std::vector<btf::new_param> all;
    for (const member& each : arguments) all.push_back({each.name, each.type});
    const btf::type_id proto = types_.func_proto(returns, all);
    types_.func(std::string(btf_prefix).append(name), proto, btf::linkage::static_);
    hooks_.push_back({std::string(name), types_.pointer(proto)});
  }

  void kernel_function(std::string_view name, btf::type_id returns, std::initializer_list<member> arguments) {
    std::vector<btf::new_param> all;
    for (const member& each : arguments) all.push_back({each.name, each.type});
    types_.func(name, types_.func_proto(returns, all), btf::linkage::global);
  }

  void finish_hooks() {
    std::vector<btf::new_member> all;
    for (const auto& [name, type] : hooks_) all.push_back({name, type, 0});
    types_.union_("security_list_options", 8, all);
  }

  void write() {
    using btf::type_id;
    const type_id s32 = types_.int_("int", 4, btf::int_encoding::signed_);
    const type_id u64 = types_.int_("long unsigned int", 8);
    const type_id u32 = types_.int_("unsigned int", 4);
    const type_id u16 = types_.int_("unsigned short", 2);
    const type_id s16 = types_.int_("short", 2, btf::int_encoding::signed_);
    const type_id u8 = types_.int_("unsigned char", 1);
    const type_id s64 = types_.int_("long int", 8, btf::int_encoding::signed_);
    const type_id text = types_.pointer(types_.const_(u8));

    const type_id mm = struct_("mm_struct", {{"brk", u64}, {"start_brk", u64}, {"owner_count", s32}});
    const type_id super = struct_("super_block", {{"s_magic", u64}, {"s_dev", u32}});
    const type_id inode = struct_("inode", {{"i_sb", types_.pointer(super)}, {"i_ino", u64}, {"i_mode", u16}, {"i_nlink", u32}});
    const type_id name = struct_("qstr", {{"name", text}});
    const type_id dentry = struct_("dentry", {{"d_inode", types_.pointer(inode)}, {"d_name", name}});
    const type_id path = struct_("path", {{"dentry", types_.pointer(dentry)}});
    const type_id file =
        struct_("file", {{"f_path", path}, {"f_inode", types_.pointer(inode)}, {"f_flags", u32}, {"f_mode", u32}});
    const type_id vma = struct_("vm_area_struct", {{"vm_mm", types_.pointer(mm)},
                                                   {"vm_end", u64},
                                                   {"vm_start", u64},
                                                   {"vm_flags", u64},
                                                   {"vm_file", types_.pointer(file)}});
    const type_id sock_common = struct_("sock_common", {{"skc_family", u16}, {"skc_state", u8}});
    const type_id sock = struct_("sock", {{"__sk_common", sock_common}, {"sk_protocol", u16}});
    const type_id socket = struct_("socket", {{"sk", types_.pointer(sock)}, {"type", s16}});
    const type_id in_addr = types_.struct_("in_addr", 4, std::vector<btf::new_member>{{"s_addr", u32, 0}});
    const type_id sockaddr = struct_("sockaddr", {{"sa_family", u16}});
    struct_("sockaddr_in", {{"sin_family", u16}, {"sin_port", u16}, {"sin_addr", in_addr}});
    const btf::new_member words[] = {{"u6_addr32", types_.array(u32, s32, 4), 0}};
    const type_id in6_addr =
        types_.struct_("in6_addr", 16, std::vector<btf::new_member>{{"in6_u", types_.union_("", 16, words), 0}});
    struct_("sockaddr_in6", {{"sin6_family", u16}, {"sin6_port", u16}, {"sin6_addr", in6_addr}});
    const type_id pid_namespace = struct_("pid_namespace", {{"level", u32}});
    const type_id nsproxy = struct_("nsproxy", {{"pid_ns_for_children", types_.pointer(pid_namespace)}});
    const type_id cred = struct_("cred", {{"user_count", s64}});
    const type_id cgroup = struct_("cgroup", {{"level", s32}});
    const type_id css_set = struct_("css_set", {{"dfl_cgrp", types_.pointer(cgroup)}});
    const type_id task = types_.forward("task_struct");
    const type_id task_members[] = {types_.pointer(nsproxy), s32, types_.pointer(task), types_.array(u8, s32, 16)};
    const type_id whole_task = struct_("task_struct", {{"nsproxy", task_members[0]},
                                                       {"tgid", task_members[1]},
                                                       {"real_parent", task_members[2]},
                                                       {"comm", task_members[3]},
                                                       {"cgroups", types_.pointer(css_set)}});
    const type_id krule = struct_("audit_krule", {{"flags", u32}, {"action", u32}});
    const type_id bprm =
        struct_("linux_binprm", {{"file", types_.pointer(file)}, {"filename", text}, {"argc", s32}, {"secureexec", u32, 1}});
    struct_("twice", {{"first", u32}, {"second", u32}});
    struct_("twice", {{"second", u32}});
    const std::vector<btf::new_enumerator> reads = {{"READING_UNKNOWN", 70}, {"READING_FIRMWARE", 71}, {"READING_MODULE", 72}};
    const type_id read_id = types_.enum_("kernel_read_file_id", 4, reads);

    kernel_function("bpf_task_from_pid", types_.pointer(whole_task), {{"pid", s32}});
    kernel_function("bpf_task_release", type_id::none, {{"p", types_.pointer(whole_task)}});
    kernel_function("bpf_get_task_exe_file", types_.pointer(file), {{"task", types_.pointer(whole_task)}});
    kernel_function("bpf_task_under_cgroup", s64, {{"task", types_.pointer(whole_task)}, {"ancestor", types_.pointer(cgroup)}});
    kernel_function("bpf_put_file", type_id::none, {{"file", types_.pointer(file)}});
    kernel_function("bpf_rcu_read_lock", type_id::none, {});
    kernel_function("bpf_strnlen", s32, {{"s__ign", text}, {"count", u64}});

    hook("socket_create", s32, {{"kern", s32}, {"family", s32}, {"type", s32}, {"protocol", s32}});
    hook("file_mprotect", s32, {{"prot", u64}, {"reqprot", u64}, {"vma", types_.pointer(vma)}});
    hook("mmap_file", s32, {{"flags", u64}, {"prot", u64}, {"file", types_.pointer(file)}});
    hook("file_open", s32, {{"file", types_.pointer(file)}});
    hook("bprm_check_security", s32, {{"bprm", types_.pointer(bprm)}});
    hook("socket_connect", s32, {{"addrlen", s32}, {"address", types_.pointer(sockaddr)}, {"sock", types_.pointer(socket)}});
    hook("socket_bind", s32, {{"addrlen", s32}, {"address", types_.pointer(sockaddr)}, {"sock", types_.pointer(socket)}});
    hook("ptrace_access_check", s32, {{"mode", u32}, {"child", types_.pointer(whole_task)}});
    hook("task_kill", s32, {{"sig", s32}, {"cred", types_.pointer(cred)}, {"p", types_.pointer(whole_task)}});
    hook("kernel_read_file", s32, {{"id", read_id}, {"file", types_.pointer(file)}});
    hook("inode_mkdir", s32, {{"mode", u16}, {"dentry", types_.pointer(dentry)}, {"dir", types_.pointer(inode)}});
    hook("task_setnice", s32, {{"nice", s32}, {"p", types_.pointer(whole_task)}});
    hook("task_prctl", s32, {{"arg2", u64}, {"option", s32}});
    hook("xfrm_state_pol_flow_match", s32, {{"x", types_.pointer(cred)}});
    hook("settime", s32, {{"tz", types_.pointer(cred)}});
    hook("file_free_security", btf::type_id::none, {{"file", types_.pointer(file)}});
    hook("audit_rule_known", s32, {{"krule", types_.pointer(krule)}});
    hook("inode_xattr_skipcap", s32, {{"name", text}});
    finish_hooks();
  }

  static constexpr std::string_view btf_prefix = "bpf_lsm_";
  btf::encoder types_;
  std::map<btf::type_id, std::uint32_t> sizes_;  // of the structs, in bytes
  std::vector<std::pair<std::string, btf::type_id>> hooks_;
};

/// The types of the artificial kernel.
inline const btf::types& small_kernel_types() {
  static const btf::types types = [] {
    auto parsed = btf::types::own(small_kernel().bytes());
    if (!parsed) std::abort();
    return *parsed;
  }();
  return types;
}

}  // namespace lsmith::tests
