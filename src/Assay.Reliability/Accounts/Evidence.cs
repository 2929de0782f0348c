using System.Numerics;
using Assay.Reliability.Statistics;
using Assay.Verify;

namespace Assay.Reliability.Accounts;

/// <summary>
/// Batches' e-values against the claim that an endpoint is what it says, put together (docs/spec/accounts-fold.md section 7). Their
/// product is an e-process: of endpoints that are what they say, at most one in E ever reaches E (Ville 1939). Beside it runs a
/// detector of a change that comes late, which the product would see only after it has made up for what it lost before.
/// </summary>
public sealed class Evidence
{
    /// <summary>ln 20 in millionths, rounded up: what shows at 95 % that it is not what it says.</summary>
    public const long Refuted = 2_995_733;

    // e^20: one batch alone cannot need more.
    private static readonly Int128 MostLogarithm = (Int128)20 << FixedPoint.Bits;
    private const long MostSum = 1L << 62;

    private ulong batches, alarms, lastAlarm, lastAlarmDay;
    private long sum, highest;
    private UInt128 detector;

    /// <summary>Batches that were counted.</summary>
    public ulong Batches => batches;

    /// <summary>The sum of their logarithms, in millionths; and the highest that it ever was, from 0.</summary>
    public long Sum => sum;

    public long Highest => highest;

    /// <summary>How often the detector has alarmed: seldom more than once in 10,000 batches while the endpoint is what it says.</summary>
    public ulong Alarms => alarms;

    /// <summary>The batch, from 1, and the day of the last alarm.</summary>
    public (ulong Batch, ulong Day)? LastAlarm => alarms == 0 ? null : (lastAlarm, lastAlarmDay);

    internal void Add(long logE, ulong day)
    {
        batches++;
        sum = (long)Int128.Clamp((Int128)sum + logE, -MostSum, MostSum);
        highest = Math.Max(highest, sum);
        // Floors throughout: the detector alarms no sooner than in exact arithmetic. Whole division rounds toward 0.
        var scaled = (Int128)logE << FixedPoint.Bits;
        var x = (scaled < 0 ? scaled - (Grid.One - 1) : scaled) / Grid.One;
        var factor = FixedPoint.Exp(Int128.Min(x, MostLogarithm));
        detector = (UInt128)BigInteger.Min(((BigInteger)detector + FixedPoint.One) * factor >> FixedPoint.Bits, ChangeDetector.Limit);
        if (detector < (UInt128)ChangeDetector.Threshold << FixedPoint.Bits)
            return;
        (alarms, lastAlarm, lastAlarmDay, detector) = (alarms + 1, batches, day, 0);
    }

    internal void Transfer(StateBytes bytes)
    {
        bytes.Number(ref batches);
        bytes.Number(ref sum);
        bytes.Number(ref highest);
        bytes.Number(ref alarms);
        bytes.Number(ref lastAlarm);
        bytes.Number(ref lastAlarmDay);
        bytes.Number(ref detector);
        if (highest < 0 || highest < sum || highest > MostSum || sum < -MostSum || alarms > batches || lastAlarm > batches || detector >= (UInt128)ChangeDetector.Threshold << FixedPoint.Bits)
            throw new MalformedException("an account's state whose evidence contradicts itself");
    }
}
