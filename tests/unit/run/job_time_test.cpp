#include "run/job_time.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "base/timer.hpp"

namespace sluice::run {
namespace {

/// Sets environment variables and takes them back.
class Environment {
 public:
  void set(const std::string& name, const std::string& value) {
    const char* old = std::getenv(name.c_str());
    kept_.emplace_back(name, old == nullptr ? std::nullopt : std::optional<std::string>(old));
    setenv(name.c_str(), value.c_str(), 1);
  }
  ~Environment() {
    for (auto kept = kept_.rbegin(); kept != kept_.rend(); ++kept)
      kept->second ? setenv(kept->first.c_str(), kept->second->c_str(), 1) : unsetenv(kept->first.c_str());
  }

 private:
  std::vector<std::pair<std::string, std::optional<std::string>>> kept_;
};

TEST(JobTime, ReadsWhatSqueueWrites) {
  EXPECT_EQ(parse_time_left("1-02:03:04\n"), 93784.0);
  EXPECT_EQ(parse_time_left("02:03:04"), 7384.0);
  EXPECT_EQ(parse_time_left(" 59:30 \n"), 3570.0);
  for (const char* text : {"UNLIMITED\n", "INVALID", "NOT_SET", "", "\n", "5"})
    EXPECT_FALSE(parse_time_left(text)) << text;
}

TEST(JobTime, PrefersTheEnvironment) {
  Environment environment;
  environment.set("SLURM_JOB_END_TIME", "1000600");
  EXPECT_EQ(seconds_from_environment(1000000), 600.0);
  environment.set("SLURM_JOB_END_TIME", "soon");
  EXPECT_FALSE(seconds_from_environment(1000000));
  environment.set("SLURM_JOB_END_TIME", "99999999999999999999");
  EXPECT_FALSE(seconds_from_environment(1000000));
}

TEST(JobTime, NothingOutsideAJob) {
  Environment environment;
  for (const char* name : {"SLURM_JOB_END_TIME", "SLURM_JOB_ID", "SLURM_ARRAY_JOB_ID"})
    environment.set(name, "");
  EXPECT_FALSE(job_end(base::Communicator::world()));
}

TEST(JobTime, AsksSqueueForThisTaskOfAnArray) {
  const auto world = base::Communicator::world();
  const auto folder =
      std::filesystem::temp_directory_path() / ("sluice_squeue_" + std::to_string(::getpid()));
  Environment environment;
  if (world.is_root()) {
    std::filesystem::create_directories(folder);
    std::ofstream(folder / "squeue")
        << "#!/bin/sh\ncase \"$*\" in *--jobs=12_3\\ *) echo 10:00;; *) echo UNLIMITED;; esac\n";
    std::filesystem::permissions(folder / "squeue", std::filesystem::perms::owner_all);
    environment.set("PATH", folder.string() + ":" + std::getenv("PATH"));
  }
  environment.set("SLURM_JOB_END_TIME", "");
  environment.set("SLURM_JOB_ID", "15");
  EXPECT_FALSE(job_end(world)) << "this job has no limit";
  environment.set("SLURM_ARRAY_JOB_ID", "12");
  environment.set("SLURM_ARRAY_TASK_ID", "3");
  const double before = base::wall_seconds();
  const auto end = job_end(world);
  ASSERT_TRUE(end);
  EXPECT_GE(*end, before + 600);
  EXPECT_LE(*end, base::wall_seconds() + 600);
  environment.set("SLURM_ARRAY_TASK_ID", "3; touch /tmp/never");
  EXPECT_FALSE(job_end(world)) << "what is not a number is not handed to a shell";
  if (world.is_root()) std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace sluice::run
