#include <algorithm>
#include <cstring>
#include <type_traits>

#include "base/error.hpp"
#include "grid/field.hpp"

// Ghosts are exchanged one dimension after the other. A later dimension carries along the ghosts that an
// earlier one has filled, so that corners come right without messages to diagonal neighbours.

namespace sluice::grid {
namespace {

constexpr int tag = 7100;
constexpr Index largest_message = Index{1} << 30;  ///< [doubles]; an MPI count is an int

/// A block of cells by local indices; ghosts are negative or beyond the end.
struct Box {
  Index3 begin{};
  Index3 size{};
  [[nodiscard]] Index cells() const { return size[0] * size[1] * size[2]; }
};

/// A piece of one rank's ghosts along a dimension: `length` cells from `ghost` (local index of that rank),
/// whose values are the global cells from `source`, all owned by process coordinate `owner`.
struct Segment {
  Index ghost = 0, source = 0, length = 0;
  int owner = 0;
};

/// All ghosts along dimension d of process coordinate `part` that have a source. Cut at owners and at each
/// turn round a periodic dimension; the same on every rank, so that sender and receiver agree on order and
/// size.
std::vector<Segment> segments(const Layout& layout, int d, int part) {
  const auto& splits = layout.splits(d);
  const auto at = static_cast<std::size_t>(part);
  const Index begin = splits[at], end = splits[at + 1], cells = splits.back(),
              halo = layout.halo()[static_cast<std::size_t>(d)];
  std::vector<Segment> found;
  const auto walk = [&](Index from, Index to) {
    while (from < to) {
      const Index source = ((from % cells) + cells) % cells;
      const int owner = layout.owner(d, source);
      const Index length = std::min(splits[static_cast<std::size_t>(owner) + 1] - source, to - from);
      found.push_back({from - begin, source, length, owner});
      from += length;
    }
  };
  if (begin == end) return found;
  walk(layout.periodic(d) ? begin - halo : std::max<Index>(begin - halo, 0), begin);
  walk(end, layout.periodic(d) ? end + halo : std::min(end + halo, cells));
  return found;
}

struct Copy {
  Box from, to;
};

/// What one other rank is sent, or sends.
struct Message {
  int rank = 0;
  std::vector<Box> boxes;
  std::vector<double> buffer;
};

struct Stage {
  std::vector<Copy> copies;
  std::vector<Message> sent, received;
  std::vector<MPI_Request> requests;  ///< Persistent; receives first.
};

}  // namespace

struct HaloExchange::Plan {
  LayoutPtr layout;
  Index components;
  std::array<Stage, 3> stages;

  Plan(LayoutPtr given, int number) : layout(std::move(given)), components(number) {
    if (layout->owned_size() == 0) return;
    for (int d = 0; d < layout->dimensions(); ++d)
      if (layout->halo()[static_cast<std::size_t>(d)] > 0) make_stage(d);
  }

  Plan(const Plan&) = delete;
  Plan& operator=(const Plan&) = delete;

  ~Plan() {
    int finalized = 0;
    MPI_Finalized(&finalized);
    if (finalized != 0) return;
    for (auto& stage : stages)
      for (auto& request : stage.requests) MPI_Request_free(&request);
  }

  /// Cells of the other dimensions that take part in stage d: ghosts inside the domain of those already
  /// exchanged.
  [[nodiscard]] Box cross_section(int d) const {
    Box box{{0, 0, 0}, layout->count()};
    for (std::size_t other = 0; other < static_cast<std::size_t>(d); ++other) {
      const Index halo = layout->halo()[other], begin = layout->offset()[other],
                  end = begin + layout->count()[other];
      const bool periodic = layout->periodic(static_cast<int>(other));
      const Index below = periodic ? halo : std::min(halo, begin);
      const Index above = periodic ? halo : std::min(halo, layout->global()[other] - end);
      box.begin[other] = -below;
      box.size[other] += below + above;
    }
    return box;
  }

  [[nodiscard]] int neighbour(int d, int part) const {
    auto coordinate = layout->process_coordinate();
    coordinate[static_cast<std::size_t>(d)] = part;
    return layout->rank_of(coordinate);
  }

  void make_stage(int d) {
    const auto at = static_cast<std::size_t>(d);
    Stage& stage = stages[at];
    const int own = layout->process_coordinate()[at];
    const Box section = cross_section(d);
    const auto box = [&](Index begin, Index length) {
      Box result = section;
      result.begin[at] = begin;
      result.size[at] = length;
      return result;
    };
    std::vector<Message> received(static_cast<std::size_t>(layout->processes()[at]));
    for (const auto& segment : segments(*layout, d, own)) {
      const Box ghosts = box(segment.ghost, segment.length);
      if (segment.owner == own)
        stage.copies.push_back({box(segment.source - layout->offset()[at], segment.length), ghosts});
      else
        received[static_cast<std::size_t>(segment.owner)].boxes.push_back(ghosts);
    }
    for (int part = 0; part < layout->processes()[at]; ++part) {
      if (part == own) continue;
      keep(stage.received, neighbour(d, part), std::move(received[static_cast<std::size_t>(part)]));
      Message message;
      for (const auto& segment : segments(*layout, d, part))
        if (segment.owner == own)
          message.boxes.push_back(box(segment.source - layout->offset()[at], segment.length));
      keep(stage.sent, neighbour(d, part), std::move(message));
    }
    for (auto& message : stage.received) make_requests(stage, message, MPI_Recv_init);
    for (auto& message : stage.sent) make_requests(stage, message, MPI_Send_init);
  }

  void keep(std::vector<Message>& list, int rank, Message message) const {
    if (message.boxes.empty()) return;
    Index cells = 0;
    for (const auto& box : message.boxes) cells += box.cells();
    message.rank = rank;
    message.buffer.resize(static_cast<std::size_t>(cells * components));
    list.push_back(std::move(message));
  }

  template <class Init>
  void make_requests(Stage& stage, Message& message, Init&& init) const {
    const auto size = static_cast<Index>(message.buffer.size());
    for (Index begin = 0; begin < size; begin += largest_message) {
      MPI_Request request = MPI_REQUEST_NULL;
      init(message.buffer.data() + begin, static_cast<int>(std::min(largest_message, size - begin)),
           MPI_DOUBLE, message.rank, tag, layout->communicator().handle(), &request);
      stage.requests.push_back(request);
    }
  }

  /// Calls `visit(position of the first double, number of doubles)` for each contiguous piece of a box.
  template <class Visit>
  void for_each_piece(const Box& box, Visit&& visit) const {
    // Unused dimensions have one cell and no ghosts, so the fastest used one is contiguous.
    const int fastest = layout->dimensions() - 1;
    Box rows = box;
    rows.size[static_cast<std::size_t>(fastest)] = 1;
    const Index length = box.size[static_cast<std::size_t>(fastest)] * components;
    for (Index i = 0; i < rows.size[0]; ++i)
      for (Index j = 0; j < rows.size[1]; ++j)
        for (Index k = 0; k < rows.size[2]; ++k)
          visit(layout->position(rows.begin[0] + i, rows.begin[1] + j, rows.begin[2] + k) * components,
                length);
  }

  void pack(const double* data, Message& message) const {
    double* to = message.buffer.data();
    for (const auto& box : message.boxes)
      for_each_piece(box,
                     [&](Index position, Index length) { to = std::copy_n(data + position, length, to); });
  }

  void unpack(const Message& message, double* data) const {
    const double* from = message.buffer.data();
    for (const auto& box : message.boxes)
      for_each_piece(box, [&](Index position, Index length) {
        std::copy_n(from, length, data + position);
        from += length;
      });
  }

  void copy(double* data, const Copy& job) const {
    const Index shift = layout->position(job.from.begin[0], job.from.begin[1], job.from.begin[2]) -
                        layout->position(job.to.begin[0], job.to.begin[1], job.to.begin[2]);
    for_each_piece(job.to, [&](Index position, Index length) {
      std::copy_n(data + position + shift * components, length, data + position);
    });
  }

  void run(double* data) {
    for (auto& stage : stages) {
      for (auto& message : stage.sent) pack(data, message);
      const int requests = static_cast<int>(stage.requests.size());
      if (requests > 0) MPI_Startall(requests, stage.requests.data());
      for (const auto& job : stage.copies) copy(data, job);
      if (requests > 0) MPI_Waitall(requests, stage.requests.data(), MPI_STATUSES_IGNORE);
      for (const auto& message : stage.received) unpack(message, data);
    }
  }

  template <class T>
  void run(Field<T>& field) {
    const Layout& other = field.layout();
    if (&other != layout.get() &&
        !(other.same_decomposition(*layout) && other.allocated() == layout->allocated() &&
          other.halo() == layout->halo()))
      throw base::Error("halo exchange of field \"" + field.info().name +
                        "\": it has another layout than the exchange");
    if ((std::is_same_v<T, Complex> ? 2 : 1) != components)
      throw base::Error("halo exchange of field \"" + field.info().name + "\": the exchange was made for " +
                        std::to_string(components) + " component(s)");
    run(reinterpret_cast<double*>(field.data()));
  }
};

HaloExchange::HaloExchange(LayoutPtr layout, int components)
    : plan_(std::make_unique<Plan>(std::move(layout), components)) {}
HaloExchange::~HaloExchange() = default;
HaloExchange::HaloExchange(HaloExchange&&) noexcept = default;
HaloExchange& HaloExchange::operator=(HaloExchange&&) noexcept = default;

void HaloExchange::operator()(RealField& field) { plan_->run(field); }
void HaloExchange::operator()(ComplexField& field) { plan_->run(field); }

}  // namespace sluice::grid
