using Assay.Log.Tiles;

namespace Assay.Log.Tests;

public class TilePathTests
{
    [Theory]
    [InlineData(0, 0, 256, "tile/0/000")]
    [InlineData(1, 1234067, 256, "tile/1/x001/x234/067")]
    [InlineData(0, 273, 112, "tile/0/273.p/112")]
    [InlineData(-1, 1000, 256, "tile/entries/x001/000")]
    [InlineData(-1, 0, 1, "tile/entries/000.p/1")]
    [InlineData(63, 999999, 255, "tile/63/x999/999.p/255")]
    public void Path_is_written_and_read_as_the_specification_says(int level, ulong index, int width, string path)
    {
        var tile = new TilePath(level, index, width);
        Assert.Equal(path, tile.ToString());
        Assert.True(TilePath.TryParse(path, out var parsed));
        Assert.Equal(tile, parsed);
    }

    [Theory]
    [InlineData("")]
    [InlineData("tile")]
    [InlineData("tile/0")]
    [InlineData("tile/0/")]
    [InlineData("tile/0/0")]
    [InlineData("tile/0/00")]
    [InlineData("tile/00/000")]
    [InlineData("tile/64/000")]
    [InlineData("tile/-1/000")]
    [InlineData("tile/0/x000/000")]
    [InlineData("tile/0/001/000")]
    [InlineData("tile/0/x001")]
    [InlineData("tile/0/xx01/000")]
    [InlineData("tile/0/000.p")]
    [InlineData("tile/0/000.p/")]
    [InlineData("tile/0/000.p/0")]
    [InlineData("tile/0/000.p/01")]
    [InlineData("tile/0/000.p/256")]
    [InlineData("tile/0/x999/x999/x999/x999/x999/x999/999")]
    [InlineData("entries/000")]
    [InlineData("tile/entry/000")]
    [InlineData("tile/0/../000")]
    public void Path_of_any_other_form_is_refused(string path) => Assert.False(TilePath.TryParse(path, out _));

    [Fact]
    public void Indexes_are_written_as_in_the_published_vectors()
    {
        // The vectors' form names a tile height before the level, and calls the entries' level "data"; the index is written alike.
        foreach (var vector in TestData.Json("tlog/tlog-vectors.json").GetProperty("tile_paths").GetProperty("ok").EnumerateArray())
        {
            var parts = vector.GetProperty("path").GetString()!.Split(".p/")[0].Split('/');
            var tile = new TilePath(0, vector.GetProperty("index").GetUInt64());
            Assert.Equal($"tile/0/{string.Join('/', parts[3..])}", tile.ToString());
        }
    }
}
