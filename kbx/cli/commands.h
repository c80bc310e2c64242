#pragma once
#include <string>
#include <vector>

namespace kbx::cli {

/// One function per subcommand: takes the words after its name, prints, gives the exit status: 0
/// done, 1 the work failed, 2 it was called wrongly. Errors are thrown as kbx::Error and printed by
/// main.
int build_command(const std::vector<std::string>& arguments);
int make_command(const std::vector<std::string>& arguments);
int shim_command(const std::vector<std::string>& arguments);
int dkms_command(const std::vector<std::string>& arguments);
int matrix_command(const std::vector<std::string>& arguments);
int plan_command(const std::vector<std::string>& arguments);
int probe_command(const std::vector<std::string>& arguments);
int why_command(const std::vector<std::string>& arguments);
int kernels_command(const std::vector<std::string>& arguments);
int doctor_command(const std::vector<std::string>& arguments);
int check_command(const std::vector<std::string>& arguments);
int diff_command(const std::vector<std::string>& arguments);
int config_command(const std::vector<std::string>& arguments);
int menuconfig_command(const std::vector<std::string>& arguments);
int new_command(const std::vector<std::string>& arguments);

}  // namespace kbx::cli
