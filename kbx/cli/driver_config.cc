#include "kbx/cli/driver_config.h"

#include <iostream>

#include "kbx/base/file.h"
#include "kbx/base/path.h"
#include "kbx/cli/job_options.h"

namespace kbx::cli {

void DriverConfigWords::add_to(CLI::App& app) {
  add_kernel_option(app, kernel);
  app.add_option("--out,-o", out, "output folder of the builds that are meant, as for kbx build")
      ->type_name("FOLDER");
  app.add_option("--config,-c", config,
                 "folder of the .config (default: config/ in the output folder)")
      ->type_name("FOLDER");
}

DriverConfigJob DriverConfigWords::job() const {
  JobOptions words;
  words.kernel = kernel;
  words.out = out;
  words.config = config;
  const ninja::Job job = words.job(folder);
  const std::string& source = job.folders.front();
  if (!kconfig::has_kconfig(source))
    throw Error(Location{join_path(source, "Kconfig"), 0}, "this driver has no options: no Kconfig",
                "write one beside its Kbuild file");
  const kernel::Tree* tree = ninja::is_image_folder(source) ? nullptr : &job.tree;
  DriverConfigJob result;
  result.place = ninja::config_place(job.out, job.config, source, false);
  result.options = ninja::driver_options({source, tree, job.environment});
  return result;
}

bool write_config(DriverConfigJob& job) {
  const std::string text = job.options->config_text();
  job.options->check_selections();
  make_folders(dir_name(job.place.file));
  return write_file_if_changed(job.place.file, text);
}

void save(DriverConfigJob& job) {
  const bool wrote = write_config(job);
  std::cerr << job.options->take_messages();
  std::cout << (wrote ? "written: " : "unchanged: ") << shown_path(job.place.file) << "\n";
}

}  // namespace kbx::cli
