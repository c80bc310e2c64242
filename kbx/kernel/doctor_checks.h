#pragma once
#include <string>
#include <vector>

#include "kbx/kernel/config.h"
#include "kbx/kernel/doctor.h"

/// The parts of the examination; for doctor.cc only.
namespace kbx::kernel {

struct Patient {
  const Tree& tree;
  const Config& config;
  const Environment& environment;
  const DoctorOptions& options;
};

/// Headers, configuration, Module.symvers (doctor.cc).
std::vector<Finding> check_headers(const Patient& patient);
/// What the configuration means for a module (doctor.cc).
std::vector<Finding> check_meaning(const Patient& patient);
/// The compiler, the flags it must take, gcc plugins (doctor_compiler.cc).
std::vector<Finding> check_compiler(const Patient& patient);
/// The programs of the tree (doctor_programs.cc).
std::vector<Finding> check_programs(const Patient& patient);
/// pahole and vmlinux (doctor_programs.cc).
std::vector<Finding> check_btf(const Patient& patient);

/// The package that brings scripts/ and tools/: linux-kbuild-X on Debian, else the headers'.
std::string scripts_package(const Tree& tree);
/// The package that brings the objtree.
std::string headers_package(const Tree& tree);

}  // namespace kbx::kernel
