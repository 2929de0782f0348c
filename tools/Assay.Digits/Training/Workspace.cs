namespace Assay.Digits.Training;

/// <summary>What one batch computes on its way through <see cref="Network"/>: each layer's values after its Relu, and the slopes of the loss by them.</summary>
internal sealed class Workspace<TBatch> where TBatch : struct
{
    public readonly TBatch[] Input = new TBatch[Network.First.InCount];
    public readonly TBatch[] First = new TBatch[Network.First.OutCount], FirstSlopes = new TBatch[Network.First.OutCount];
    public readonly TBatch[] FirstPool = new TBatch[Network.Second.InCount], FirstPoolSlopes = new TBatch[Network.Second.InCount];
    public readonly TBatch[] Second = new TBatch[Network.Second.OutCount], SecondSlopes = new TBatch[Network.Second.OutCount];
    public readonly TBatch[] SecondPool = new TBatch[Network.Hidden.InCount], SecondPoolSlopes = new TBatch[Network.Hidden.InCount];
    public readonly TBatch[] Hidden = new TBatch[Network.Hidden.OutCount], HiddenSlopes = new TBatch[Network.Hidden.OutCount];
    public readonly TBatch[] Logits = new TBatch[Network.Classes], LogitSlopes = new TBatch[Network.Classes];
}
