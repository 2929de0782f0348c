using Assay.Reliability.Statistics;

namespace Assay.Reliability.Accounts;

/// <summary>What is published of a segment of an observed account, each number with what it rests on (docs/spec/accounts-fold.md section 7). A function of its state.</summary>
/// <param name="Observers">How many saw it: "observed by k".</param>
/// <param name="Batches">Entries.</param>
/// <param name="Counts">Of letters; none of likelihood.</param>
/// <param name="Life">Of all letters, no answer counted as a failure.</param>
/// <param name="Trailing">Of the last 32 days that have observations.</param>
/// <param name="Answered">Band of the share that fails, in millionths, among what was answered; null where nothing was.</param>
/// <param name="LogE">Of likelihood: the logarithm of all evidence against the claim, in millionths; else null.</param>
/// <param name="Refuted">Of likelihood: the evidence was once 20 or more. Of models that are what they say, at most 5 % ever are refuted.</param>
/// <param name="Alarms">How often the change detector alarmed.</param>
/// <param name="Alarmed">Its last alarm was on one of the last 32 days that have observations.</param>
public sealed record ObservedFigures(
    int Observers, ulong Batches, ObservedCounts Counts, ProvenFigure Life, ProvenFigure Trailing, Interval? Answered, long? LogE, bool Refuted, ulong Alarms,
    bool Alarmed)
{
    public static ObservedFigures Of(ObservedSegment segment)
    {
        var trailing = segment.Days.Aggregate(default(ObservedCounts), (sum, day) => sum + day.Counts);
        var isLikelihood = segment.Evidence.Batches > 0;
        var alarmDay = isLikelihood ? segment.Evidence.LastAlarm?.Day : segment.Change.LastAlarm?.Epoch;
        return new ObservedFigures(
            segment.Observers.Count, segment.Batches, segment.Counts, ProvenFigure.Of(segment.Counts.Counts), ProvenFigure.Of(trailing.Counts),
            segment.Counts.Answered is { Total: > 0 } answered ? Band.Of(answered) : null,
            isLikelihood ? segment.Evidence.Sum : null, segment.Evidence.Highest >= Evidence.Refuted,
            isLikelihood ? segment.Evidence.Alarms : segment.Change.Alarms,
            alarmDay is { } day && segment.Days.Count > 0 && day >= segment.Days[0].Day);
    }
}
