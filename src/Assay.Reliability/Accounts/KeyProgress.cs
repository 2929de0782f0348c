using Assay.Verify.Crypto;

namespace Assay.Reliability.Accounts;

/// <summary>How far a serving key's epochs are settled, and since when the others are known to have ended.</summary>
internal sealed class KeyProgress
{
    private Hash keyId;
    private ulong segment, settled;
    private readonly List<(ulong Below, ulong Since)> waiting = [];

    public KeyProgress()
    {
    }

    public KeyProgress(Hash keyId, int segment) => (this.keyId, this.segment) = (keyId, (ulong)segment);

    public Hash KeyId => keyId;

    public int Segment => segment > int.MaxValue ? -1 : (int)segment;

    /// <summary>The number of the next epoch to settle.</summary>
    public ulong Settled => settled;

    /// <summary>Epochs below this number have ended, as is known from this time on.</summary>
    public void See(ulong below, ulong time)
    {
        if (below > (waiting.Count > 0 ? waiting[^1].Below : settled))
            waiting.Add((below, time));
    }

    /// <summary>Since when the next epoch to settle is known to have ended; null where it has not.</summary>
    public ulong? Since => waiting.Count > 0 ? waiting[0].Since : null;

    /// <summary>Epochs that have ended and are not settled.</summary>
    public ulong Waiting => waiting.Count > 0 ? waiting[^1].Below - settled : 0;

    public void Settle()
    {
        settled++;
        if (waiting.Count > 0 && waiting[0].Below <= settled)
            waiting.RemoveAt(0);
    }

    public void Transfer(StateBytes bytes)
    {
        bytes.Hash(ref keyId);
        bytes.Number(ref segment);
        bytes.Number(ref settled);
        bytes.List(waiting, 1 << 20, 16, wait =>
        {
            bytes.Number(ref wait.Below);
            bytes.Number(ref wait.Since);
            return wait;
        }, default);
    }
}
