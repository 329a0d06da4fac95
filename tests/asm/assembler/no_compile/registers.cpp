// Lines that must not compile, each with what the compiler says, and before them the correct forms, which compile.
#include <lsmith/asm/assembler/assembler.hpp>

using namespace lsmith::isa;

operation right() {
  (void)add(r1, r10), (void)mov(w1, w10), (void)load(r1, mem64[r10 - 8]), (void)load(r1, mems32[r1]);
  (void)jeq(w1, w2, +1), (void)atomic_add(mem32[r1], w2), (void)mov(r1, 'x'), (void)cmpxchg(mem64[r1], r10);
  return mov(r1, r2);
}

#ifdef WRONG
void wrong() {
  (void)mov(r10, 0);  // says: no matching function for call to 'mov
  (void)mov(w10, 0);  // says: no matching function for call to 'mov
  (void)add(r1, w2);  // says: no matching function for call to 'add
  (void)add(w1, r2);  // says: no matching function for call to 'add
  (void)load(r10, mem64[r1]);  // says: no matching function for call to 'load
  (void)load(w1, mem64[r1]);  // says: no matching function for call to 'load
  (void)load(w1, mems8[r1]);  // says: no matching function for call to 'load
  (void)load(r1, mem64[w1]);  // says: operator[]
  (void)jeq(r1, w2, +1);  // says: no matching function for call to 'jeq
  (void)atomic_add(mem32[r1], r2);  // says: no matching function for call to 'atomic_add
  (void)atomic_add(mem8[r1], w2);  // says: no matching function for call to 'atomic_add
  (void)atomic_fetch_add(mem64[r1], r10);  // says: no matching function for call to 'atomic_fetch_add
  (void)mov(r1, 1.5);  // says: no matching function for call to 'mov
  (void)store(mems8[r1], r2);  // says: no matching function for call to 'store
  (void)store(mem64[r1], w2);  // says: no matching function for call to 'store
  (void)store(mem64[r1], constant("two names would need two places"));  // says: no matching function for call to 'store
  (void)movsx32(w1, w2);  // says: w_register
  // call(14) could mean a helper or a distance: call(helper{14}), call_local(14).
  (void)call(14);  // says: no matching function for call to 'call
  (void)ld_imm64(w1, 5);  // says: no matching function for call to 'ld_imm64
  (void)neg(r10);  // says: no matching function for call to 'neg
  (void)mov(r1, nullptr);  // says: no matching function for call to 'mov
}
#endif
