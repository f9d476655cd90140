// Two runs side by side. The similarity is the one of the benchmark of Ross et al., J. Adv. Model. Earth
// Syst. 15 (2023) e2022MS003258; the duration of high correlation that of Kochkov et al., PNAS 118 (2021)
// e2101784118.
#include "run/score.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <optional>

#include "base/error.hpp"
#include "main/commands.hpp"

namespace sluice::main {

namespace {

using run::RunFiles;

struct Row {
  std::string name, kind;
  double distance = 0;
  std::string further{};
};

using Samples = std::map<std::string, std::vector<double>>;

/// Adds a snapshot: fields, half squares, and half the squared length of (u, v).
void add_snapshot(const std::filesystem::path& file, Samples& result) {
  Samples fields;
  for (const std::string& name : run::field_names(file)) fields[name] = run::read_values(file, name).values;
  for (const auto& [name, values] : fields) {
    auto& all = result[name];
    all.insert(all.end(), values.begin(), values.end());
    const bool vector = name.starts_with("u") && fields.contains("v" + name.substr(1));
    if (name.starts_with("v") && fields.contains("u" + name.substr(1))) continue;
    auto& squares = result[(vector ? "speed" + name.substr(1) : name) + "^2/2"];
    const auto* other = vector ? &fields.at("v" + name.substr(1)) : nullptr;
    for (std::size_t i = 0; i < values.size(); ++i)
      squares.push_back(0.5 * (values[i] * values[i] + (other ? (*other)[i] * (*other)[i] : 0.0)));
  }
}

/// The last snapshots of all members as one sample.
Samples samples(const RunFiles& files, int last) {
  Samples result;
  for (std::size_t member = 0; member < files.members(); ++member) {
    const auto snapshots = files.snapshots(member);
    auto one = snapshots.rbegin();
    for (int n = 0; n < last && one != snapshots.rend(); ++n, ++one) add_snapshot(one->second, result);
  }
  return result;
}

std::vector<Row> distances(const RunFiles& model, const RunFiles& reference,
                           const ScoreArguments& arguments) {
  std::vector<Row> rows;
  const auto of_model = samples(model, arguments.last), of_reference = samples(reference, arguments.last);
  for (const auto& [name, values] : of_model)
    if (const auto found = of_reference.find(name); found != of_reference.end())
      rows.push_back({name, "last snapshots", run::wasserstein(values, found->second)});
  const auto pdfs = model.histograms(), reference_pdfs = reference.histograms();
  for (const auto& [name, pdf] : pdfs)
    if (const auto found = reference_pdfs.find(name); found != reference_pdfs.end())
      rows.push_back({name, "PDF", run::wasserstein(pdf, found->second)});
  const auto curves = model.curves(), reference_curves = reference.curves();
  for (const auto& [name, curve] : curves) {
    const auto found = reference_curves.find(name);
    if (found == reference_curves.end() || curve.at.empty() || found->second.at.empty()) continue;
    const double last = arguments.cut * std::min(curve.at.back(), found->second.at.back());
    const auto error = run::curve_error(curve, found->second, last);
    rows.push_back({name, "curve", error.rms,
                    fmt::format("relative {:.3g}, decades {:.3g}", error.relative, error.decades)});
  }
  if (arguments.only.empty()) return rows;
  std::vector<Row> chosen;
  for (const std::string& name : arguments.only) {
    const auto before = chosen.size();
    std::ranges::copy_if(rows, std::back_inserter(chosen), [&](const Row& row) { return row.name == name; });
    if (chosen.size() == before)
      throw base::InputError(fmt::format("--only: both runs have no {} in common", name));
  }
  return chosen;
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : 0.5 * (values[half - 1] + values[half]);
}

/// The table of distances, with similarities if there is a baseline.
std::string table(const std::vector<Row>& rows, const std::vector<Row>& baseline, bool with_baseline) {
  std::string text = fmt::format("{:28}  {:14}  {:>12}  {}\n", "quantity", "from", "distance",
                                 with_baseline ? "similarity" : "");
  std::vector<double> all;
  for (const Row& row : rows) {
    text += fmt::format("{:28}  {:14}  {:12.5g}", row.name, row.kind, row.distance);
    for (const Row& other : baseline)
      if (other.name == row.name && other.kind == row.kind && other.distance > 0) {
        all.push_back(1 - row.distance / other.distance);
        text += fmt::format("  {:10.3f}", all.back());
      }
    text += (row.further.empty() ? "" : "  " + row.further) + "\n";
  }
  if (all.empty()) return text;
  double sum = 0;
  for (const double one : all) sum += one;
  return text + fmt::format("similarity: mean {:.3f}, median {:.3f} of {}\n",
                            sum / static_cast<double>(all.size()), median(all), all.size());
}

struct Alike {
  std::vector<double> times, correlations;
};

/// Correlations at the times that both trajectories have, the finer field on the coarser grid.
Alike correlations(const RunFiles& model, const RunFiles& reference, std::size_t member, std::string& field) {
  Alike result;
  const auto of_reference = reference.snapshots(member);
  for (const auto& [time, path] : model.snapshots(member)) {
    const double tolerance = 1e-6 * std::max(1.0, std::abs(time));
    const auto found = of_reference.lower_bound(time - tolerance);
    if (found == of_reference.end() || found->first > time + tolerance) continue;
    const auto names = run::field_names(path);
    if (field.empty() && !names.empty()) field = names.front();
    if (std::ranges::find(names, field) == names.end())
      throw base::InputError(
          fmt::format("--field: {} has no {}; it has: {}", path.string(), field, fmt::join(names, ", ")));
    const auto a = run::read_values(path, field), b = run::read_values(found->second, field);
    const bool finer = a.shape.at(0) > b.shape.at(0);
    result.times.push_back(time);
    result.correlations.push_back(run::correlation(finer ? run::coarsened(a, b.shape).values : a.values,
                                                   finer ? b.values : run::coarsened(b, a.shape).values));
  }
  return result;
}

std::string duration_text(const RunFiles& model, const RunFiles& reference, std::string field, double least) {
  Alike mean;
  std::vector<double> durations;
  const std::size_t members = std::min(model.members(), reference.members());
  for (std::size_t member = 0; member < members; ++member) {
    const Alike alike = correlations(model, reference, member, field);
    if (alike.times.size() < 2) return {};
    if (member == 0) mean = {alike.times, std::vector<double>(alike.times.size(), 0.0)};
    if (alike.times.size() != mean.times.size())
      throw base::InputError(fmt::format("the members have snapshots at {} and at {} common times",
                                         mean.times.size(), alike.times.size()));
    for (std::size_t i = 0; i < mean.times.size(); ++i)
      mean.correlations[i] += alike.correlations[i] / static_cast<double>(members);
    durations.push_back(run::duration_above(alike.times, alike.correlations, least));
  }
  std::string text = fmt::format("correlation of {} with the reference, {} members:\n", field, members);
  const std::size_t stride = std::max<std::size_t>(1, mean.times.size() / 20);
  for (std::size_t i = 0; i < mean.times.size(); i += stride)
    text += fmt::format("  t = {:<12.6g} {:9.6f}\n", mean.times[i], mean.correlations[i]);
  text += fmt::format("duration above {:g}: {:.6g} (of the mean correlation)", least,
                      run::duration_above(mean.times, mean.correlations, least));
  const auto [shortest, longest] = std::ranges::minmax(durations);
  return text + fmt::format("; of the members: median {:.6g}, {:.6g} to {:.6g}\n", median(durations),
                            shortest, longest);
}

}  // namespace

int score(Program& program, const ScoreArguments& arguments) {
  base::agree_on_root(program.world, [&] {
    const RunFiles model(arguments.run), reference(arguments.reference);
    std::optional<RunFiles> baseline;
    if (!arguments.baseline.empty()) baseline.emplace(arguments.baseline);
    const auto rows = distances(model, reference, arguments);
    const auto of_baseline = baseline ? distances(*baseline, reference, arguments) : std::vector<Row>{};
    const std::string alike = duration_text(model, reference, arguments.field, arguments.correlation);
    if (rows.empty() && alike.empty())
      throw base::InputError(fmt::format(
          "{} and {} have nothing in common: no field of their last snapshots, no PDF (hook statistics with "
          "bins), no curve (hook curves), no two times of snapshots",
          arguments.run, arguments.reference));
    print(program, (rows.empty() ? std::string() : table(rows, of_baseline, baseline.has_value())) + alike);
  });
  return 0;
}

}  // namespace sluice::main
