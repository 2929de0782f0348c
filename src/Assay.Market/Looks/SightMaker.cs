using Assay.Market.Journal;
using Assay.Reliability.Accounts;

namespace Assay.Market.Looks;

/// <summary>The sight that a step of an observed account gives (docs/spec/market.md section 4): a function of the state after it.</summary>
public static class SightMaker
{
    private const ulong SecondsOfDay = 86_400;

    public static SightEvent Of(ObservedState state) => new(
        state.Account, state.Steps - 1, [.. state.Segments.Take(Sight.MostSegments).Select(Of)]);

    private static SegmentSight Of(ObservedSegment segment)
    {
        var figures = ObservedFigures.Of(segment);
        var days = segment.Batches == 0 ? 0 : segment.Last / SecondsOfDay - Math.Min(segment.First, segment.Last) / SecondsOfDay + 1;
        return new SegmentSight(
            days, figures.Alarms, figures.Alarmed,
            [.. segment.Observers.Take(Sight.MostObservers).Select(o => new ObserverSight(o.Origin, o.KeyId, o.Counts))]);
    }
}
