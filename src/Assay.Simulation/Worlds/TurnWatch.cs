using Assay.Reliability.Statistics;

namespace Assay.Simulation.Worlds;

/// <summary>
/// Counts verdicts from a provider's turn to the first alarm. A segment keeps its last alarm only, so this runs the same detector beside
/// it, from nothing at the turn: what the segment's own had gathered by then could only make it sooner.
/// </summary>
public sealed class TurnWatch
{
    private readonly ChangeDetector detector;
    private readonly UInt128[] state;

    private TurnWatch(uint rate)
    {
        (Rate, detector) = (rate, ChangeDetector.For(rate));
        state = new UInt128[detector.Ratios.Length];
    }

    /// <summary>The rate that is taken as unchanged, in millionths.</summary>
    public uint Rate { get; }

    /// <summary>Verdicts until now, or until the alarm.</summary>
    public ulong Verdicts { get; private set; }

    public bool Alarmed { get; private set; }

    /// <summary>Null where the segment has no detector yet.</summary>
    public static TurnWatch? Of(uint? rate) => rate is { } known ? new TurnWatch(known) : null;

    public void Step(bool failed)
    {
        if (Alarmed)
            return;
        Verdicts++;
        detector.Step(state, failed);
        Alarmed = ChangeDetector.Alarms(state);
    }
}
